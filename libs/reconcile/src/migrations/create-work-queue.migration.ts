import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leases lie in a table of their own: a fenced transaction locks its lease first and domain rows later, while a request
 * locks domain rows first and enqueues later. On one row the two would deadlock.
 */
export class CreateWorkQueue1763600000010 implements MigrationInterface {
  readonly name = 'CreateWorkQueue1763600000010';

  async up(runner: QueryRunner): Promise<void> {
    // Generations and fences are drawn from one sequence: unlike a count in the row they never come back after a delete.
    await runner.query('create sequence work_sequence as bigint');
    await runner.query(`
      create table work_item (
        queue text not null,
        key text not null,
        work_group text not null,
        generation bigint not null,
        due_at timestamptz,
        attempts int not null default 0,
        interrupted boolean not null default false,
        primary key (queue, key)
      )`);
    await runner.query('create index work_item_due on work_item (queue, due_at) where due_at is not null');
    await runner.query(
      'create index work_item_group on work_item (queue, work_group, due_at) where due_at is not null',
    );
    await runner.query(`
      create table work_lease (
        queue text not null,
        key text not null,
        work_group text not null,
        generation bigint not null,
        fence bigint not null,
        expires_at timestamptz not null,
        primary key (queue, key)
      )`);
    await runner.query('create index work_lease_expires_at on work_lease (expires_at)');
    await runner.query(`
      create table work_deadline (
        queue text not null,
        key text not null,
        name text not null,
        at timestamptz not null,
        due_at timestamptz not null,
        attempts int not null default 0,
        primary key (queue, key, name)
      )`);
    await runner.query('create index work_deadline_due on work_deadline (due_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table work_deadline');
    await runner.query('drop table work_lease');
    await runner.query('drop table work_item');
    await runner.query('drop sequence work_sequence');
  }
}
