import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of each process type a release before this one shows; its command may have been the source's. */
const settingsOfProcesses = `(select jsonb_object_agg(p->>'name', p - 'name' - 'command') from jsonb_array_elements(processes) p)`;

const statements = [
  // The config version that changes start from: a rollback sets it back, so it is not always the newest.
  'alter table workload add column config_version int not null default 0',
  'update workload set config_version = config_versions_made',
  `alter table release add column process_settings jsonb not null default '{}'`,
  `update release set process_settings = coalesce(${settingsOfProcesses}, '{}')`,
  'alter table deployment add column base jsonb',
  'alter table deployment add column woke_workload boolean not null default false',
];

export class CurrentConfig1763800000000 implements MigrationInterface {
  readonly name = 'CurrentConfig1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table deployment drop column woke_workload, drop column base');
    await runner.query('alter table release drop column process_settings');
    await runner.query('alter table workload drop column config_version');
  }
}
