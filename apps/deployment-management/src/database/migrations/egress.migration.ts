import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Egress1763800000410 implements MigrationInterface {
  readonly name = 'Egress1763800000410';

  async up(runner: QueryRunner): Promise<void> {
    // What was counted last, and the bytes that are not told yet with the moment from which on they count.
    await runner.query(`create table egress_meter (
      id uuid primary key, cluster_id uuid not null, workload_id uuid not null, counting_id text not null,
      counted bigint not null, bytes bigint not null, since timestamptz not null, told_until timestamptz,
      unique (cluster_id, workload_id)) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table egress_meter');
  }
}
