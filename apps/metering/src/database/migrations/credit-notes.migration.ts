import type { MigrationInterface, QueryRunner } from 'typeorm';

const isImmutable = (
  guard: string,
) => `create or replace function refuse_invoice_change() returns trigger language plpgsql as $$
     begin
       if tg_op = 'DELETE'
          or (new.id, new.organization_id, new.month, new.number, new.issuer, new.currency, new.due, new.issued_at,
              new.document, new.sha256, new.cut)
             is distinct from
             (old.id, old.organization_id, old.month, old.number, old.issuer, old.currency, old.due, old.issued_at,
              old.document, old.sha256, old.cut)
       then raise exception 'issued invoices are never changed'; end if;
       ${guard}
       return new;
     end $$`;

const up = [
  // What takes a void invoice back. It has a number of the issuer's series of invoices.
  `create table credit_note (
     id uuid primary key,
     invoice_id uuid not null unique references invoice,
     organization_id uuid not null,
     number text not null unique,
     issued_at timestamptz not null,
     document text not null,
     sha256 text not null
   )`,
  `create function refuse_credit_note_change() returns trigger language plpgsql as $$
     begin raise exception 'credit notes are never changed'; end $$`,
  `create trigger credit_note_is_immutable before update or delete on credit_note
     for each row execute function refuse_credit_note_change()`,
  isImmutable(`if old.status <> 'issued' and new.status <> old.status
       then raise exception 'an invoice that is paid or void stays so'; end if;`),
];

export class CreditNotes1763700000062 implements MigrationInterface {
  readonly name = 'CreditNotes1763700000062';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table credit_note');
    await runner.query('drop function refuse_credit_note_change');
    await runner.query(isImmutable(''));
  }
}
