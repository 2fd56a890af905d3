import type { MigrationInterface, QueryRunner } from 'typeorm';

export class BudgetStops1763800000120 implements MigrationInterface {
  readonly name = 'BudgetStops1763800000120';

  async up(runner: QueryRunner): Promise<void> {
    // Nothing that a row fits runs. Without a project or an environment: all of them.
    await runner.query(`create table budget_stop (
      budget_id uuid not null,
      environment_kind text not null,
      organization_id uuid not null,
      project_id uuid,
      environment_id uuid,
      primary key (budget_id, environment_kind)
    )`);
    await runner.query('create index budget_stop_organization on budget_stop (organization_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table budget_stop');
  }
}
