import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `create table budget (
     id uuid primary key,
     organization_id uuid not null,
     project_id uuid,
     environment_id uuid,
     name text not null,
     amount numeric(30) not null check (amount > 0),
     currency text not null,
     thresholds int[] not null,
     is_cap boolean not null,
     grace_minutes int not null check (grace_minutes > 0),
     month text not null,
     spent numeric(30) not null default 0,
     forecast numeric(30) not null default 0,
     looked_at timestamptz,
     stage text not null default 'open',
     stage_at timestamptz,
     due_at timestamptz not null
   )`,
  'create index budget_organization on budget (organization_id, id)',
  'create index budget_due on budget (due_at)',
  // That it was told is a row: no second replica, and no second look, tells it again.
  `create table budget_alert (
     budget_id uuid not null references budget on delete cascade,
     month text not null,
     threshold int not null,
     primary key (budget_id, month, threshold)
   )`,
];

export class CreateBudgets1763700000041 implements MigrationInterface {
  readonly name = 'CreateBudgets1763700000041';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table budget_alert, budget');
  }
}
