import type { MigrationInterface, QueryRunner } from 'typeorm';

const isImmutable = (
  more = '',
): string => `create or replace function refuse_invoice_change() returns trigger language plpgsql as $$
     begin
       if tg_op = 'DELETE'
          or (new.id, new.organization_id, new.month, new.number, new.issuer, new.currency, new.due, new.issued_at,
              new.document, new.sha256, new.cut${more && `, new.${more}`})
             is distinct from
             (old.id, old.organization_id, old.month, old.number, old.issuer, old.currency, old.due, old.issued_at,
              old.document, old.sha256, old.cut${more && `, old.${more}`})
       then raise exception 'issued invoices are never changed'; end if;
       if old.status <> 'issued' and new.status <> old.status
       then raise exception 'an invoice that is paid or void stays so'; end if;
       return new;
     end $$`;

/** Where the period of an invoice ends decides by which events it is corrected: that stays, too. */
export class KeepInvoicePeriods1763700000141 implements MigrationInterface {
  readonly name = 'KeepInvoicePeriods1763700000141';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table invoice add constraint invoice_after_its_period check (issued_at >= period_to)');
    await runner.query(isImmutable('period_to'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(isImmutable());
    await runner.query('alter table invoice drop constraint invoice_after_its_period');
  }
}
