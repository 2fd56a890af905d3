import type { MigrationInterface, QueryRunner } from 'typeorm';

const up = [
  // The next bill is of the month that `open_since` lies in. `due_at`: when the closing of periods looks at it next.
  `alter table billing_account
     add issuer text not null default 'BERTH',
     add taxes jsonb not null default '[]',
     add open_since timestamptz not null default now(),
     add has_invoices boolean not null default false,
     add due_at timestamptz not null default now(),
     add blocked text`,
  'create index billing_account_due on billing_account (due_at)',
  // What became known about a time that is billed already, since when.
  'create table late_usage (organization_id uuid primary key, since timestamptz not null)',
  'create table invoice_issuer (issuer text primary key, last_number bigint not null)',
  `create table invoice (
     id uuid primary key,
     organization_id uuid not null,
     month text not null,
     number text not null unique,
     issuer text not null,
     status text not null check (status in ('issued', 'paid', 'void')),
     currency text not null,
     due text not null,
     issued_at timestamptz not null,
     paid_at timestamptz,
     voided_at timestamptz,
     period_to timestamptz not null,
     document text not null,
     sha256 text not null,
     cut bigint not null,
     rated jsonb not null,
     rated_cut bigint not null,
     unique (organization_id, month)
   )`,
  'create index invoice_organization on invoice (organization_id, id)',
  `create function refuse_invoice_change() returns trigger language plpgsql as $$
     begin
       if tg_op = 'DELETE'
          or (new.id, new.organization_id, new.month, new.number, new.issuer, new.currency, new.due, new.issued_at,
              new.document, new.sha256, new.cut)
             is distinct from
             (old.id, old.organization_id, old.month, old.number, old.issuer, old.currency, old.due, old.issued_at,
              old.document, old.sha256, old.cut)
       then raise exception 'issued invoices are never changed'; end if;
       return new;
     end $$`,
  `create trigger invoice_is_immutable before update or delete on invoice
     for each row execute function refuse_invoice_change()`,
];

const down = [
  'drop table invoice, invoice_issuer, late_usage',
  'drop function refuse_invoice_change',
  'drop index billing_account_due',
  `alter table billing_account drop issuer, drop taxes, drop open_since, drop has_invoices, drop due_at, drop blocked`,
];

export class CreateBilling1763700000004 implements MigrationInterface {
  readonly name = 'CreateBilling1763700000004';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of down) await runner.query(statement);
  }
}
