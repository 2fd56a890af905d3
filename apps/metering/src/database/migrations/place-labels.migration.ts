import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PlaceLabels1763700000082 implements MigrationInterface {
  readonly name = 'PlaceLabels1763700000082';

  async up(runner: QueryRunner): Promise<void> {
    // What was said of the labels of an app or an environment, all of it: which held when follows from the order.
    await runner.query(`create table place_labels (
      organization_id uuid, place_id uuid, epoch int, version int, since timestamptz not null, labels jsonb not null,
      primary key (organization_id, place_id, epoch, version))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table place_labels');
  }
}
