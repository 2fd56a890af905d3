import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // An attempt to be paid by way of a provider. `due_at`: when it is looked at next; null when it is over.
  `create table payment (
     id uuid primary key,
     invoice_id uuid not null references invoice,
     organization_id uuid not null,
     attempt integer not null,
     provider text not null,
     amount text not null,
     currency text not null,
     state text not null check (state in ('asked', 'pending', 'paid', 'failed', 'withdrawn')),
     reference text,
     pay_at text,
     failure text,
     is_surplus boolean not null default false,
     asked_at timestamptz not null,
     ended_at timestamptz,
     due_at timestamptz,
     looks integer not null default 0,
     unique (invoice_id, attempt),
     check ((due_at is null) = (state in ('paid', 'failed', 'withdrawn')))
   )`,
  // Nobody is asked twice at a time for the same money.
  `create unique index payment_open on payment (invoice_id) where state in ('asked', 'pending')`,
  'create unique index payment_reference on payment (reference)',
  'create index payment_due on payment (due_at) where due_at is not null',
  'create index payment_organization on payment (organization_id, id)',
  `create function refuse_payment_change() returns trigger language plpgsql as $$
     begin raise exception 'a payment that ended stays so'; end $$`,
  `create trigger payment_ends_once before update on payment for each row
     when (old.state in ('paid', 'failed', 'withdrawn')) execute function refuse_payment_change()`,
];

export class Payments1763700000064 implements MigrationInterface {
  readonly name = 'Payments1763700000064';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table payment');
    await runner.query('drop function refuse_payment_change');
  }
}
