import type { MigrationInterface, QueryRunner } from 'typeorm';

/** In which epoch of this database the counters of a cluster were looked at last. */
export class EgressEpochs1763800000440 implements MigrationInterface {
  readonly name = 'EgressEpochs1763800000440';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create table egress_epoch (cluster_id uuid primary key, epoch int not null)');
    await runner.query(
      'insert into egress_epoch select distinct cluster_id, epoch from egress_meter cross join producer_epoch',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table egress_epoch');
  }
}
