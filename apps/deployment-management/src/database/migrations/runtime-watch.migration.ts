import type { MigrationInterface, QueryRunner } from 'typeorm';

const statements = [
  'create table runtime_watch (only_row boolean primary key default true check (only_row), since timestamptz not null, confirmed_at timestamptz not null)',
  'alter table allocation add column told_at timestamptz',
  'update allocation set told_at = confirmed_at',
  'alter table allocation alter column told_at set not null',
];

export class RuntimeWatch1763800000030 implements MigrationInterface {
  readonly name = 'RuntimeWatch1763800000030';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table allocation drop column told_at');
    await runner.query('drop table runtime_watch');
  }
}
