import type { MigrationInterface, QueryRunner } from 'typeorm';

export class PlaceNames1763700000073 implements MigrationInterface {
  readonly name = 'PlaceNames1763700000073';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'create table place_name (organization_id uuid, id uuid, name text not null, primary key (organization_id, id))',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table place_name');
  }
}
