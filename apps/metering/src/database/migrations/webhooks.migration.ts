import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  `create table webhook (
     id uuid primary key,
     organization_id uuid not null,
     url text not null,
     events text[] not null,
     secret bytea not null,
     -- After a rotation, so that receivers have time to change.
     former_secret bytea,
     former_until timestamptz,
     created_at timestamptz not null
   )`,
  'create index webhook_organization on webhook (organization_id, id)',
  `create table webhook_delivery (
     id uuid primary key,
     webhook_id uuid not null references webhook on delete cascade,
     event_id uuid not null,
     type text not null,
     payload text not null,
     state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
     attempts int not null default 0,
     due_at timestamptz not null,
     failure text,
     created_at timestamptz not null,
     unique (webhook_id, event_id)
   )`,
  `create index webhook_delivery_due on webhook_delivery (due_at) where state = 'pending'`,
  `create index webhook_delivery_ended on webhook_delivery (created_at) where state <> 'pending'`,
  'create index webhook_delivery_webhook on webhook_delivery (webhook_id, id)',
];

export class Webhooks1763700000063 implements MigrationInterface {
  readonly name = 'Webhooks1763700000063';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table webhook_delivery, webhook');
  }
}
