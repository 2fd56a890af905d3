import { type BillingAccount, billTo, type RoundingMode, tax } from '@berth/contracts/metering';
import { type ConfinedSql, Clock, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';

export interface AccountRow extends BillingAccount {
  /** The next bill is of the month that this lies in. */
  readonly openSince: Date;
  readonly hasInvoices: boolean;
  readonly hasAgreements: boolean;
  /** Of its price book. */
  readonly currency: string;
  readonly rounding: RoundingMode;
}

const columns = `organization_id as "organizationId", time_zone as "timeZone", book_id as "priceBookId", issuer, taxes,
  country, tax_id as "taxId", bill_to as "billTo", blocked, open_since as "openSince", has_invoices as "hasInvoices",
  exists (select from agreement a where a.organization_id = billing_account.organization_id) as "hasAgreements",
  (select currency from price_book where id = book_id), (select rounding from price_book where id = book_id)`;

const taxes = z.array(tax);
const accountOf = (row: AccountRow): AccountRow => ({
  ...row,
  taxes: taxes.parse(row.taxes),
  billTo: billTo.nullable().parse(row.billTo),
});

@Injectable()
export class BillingAccountsRepository {
  constructor(private readonly clock: Clock) {}

  async find(sql: Sql, organizationId: string): Promise<AccountRow | undefined> {
    return this.one(sql, 'where organization_id = $1', [organizationId]);
  }

  async lock(tx: Tx, organizationId: string): Promise<AccountRow | undefined> {
    return this.one(tx, 'where organization_id = $1 for update', [organizationId]);
  }

  /** Organizations whose period may be closed, or whose turn it is to be looked at; the longest due first. */
  async due(sql: ConfinedSql, limit: number): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      // eslint-disable-next-line berth/tenant-query -- a reconciler looks for what is due, whosever it is
      'select organization_id as id from billing_account where due_at <= $1 order by due_at limit $2',
      [this.clock.now(), limit],
    );
    return rows.map(({ id }) => id);
  }

  async isDue(tx: Tx, organizationId: string): Promise<boolean> {
    const sql = 'select from billing_account where organization_id = $1 and due_at <= $2';
    return (await tx.query(sql, [organizationId, this.clock.now()])).length > 0;
  }

  /** Every organization that uses anything has an account: by default in UTC and with the default price book. */
  async ensure(tx: Tx, organizationId: string, since: Date): Promise<void> {
    await tx.query(
      `insert into billing_account (organization_id, time_zone, book_id, open_since, due_at)
       select $1::uuid, 'UTC', id, $2::timestamptz, $2::timestamptz from price_book where name = 'default' on conflict do nothing`,
      [organizationId, since],
    );
  }

  /** Notes that usage since a moment is other than it was, if that moment is before the open period. */
  async noteChange(tx: Tx, organizationId: string, since: Date): Promise<void> {
    await tx.query(
      `with reopened as (
         update billing_account set open_since = $2, due_at = $2
          where organization_id = $1 and open_since > $2 and not has_invoices)
       insert into late_usage as late (organization_id, since)
       select $1::uuid, $2::timestamptz from billing_account where organization_id = $1 and open_since > $2 and has_invoices
       on conflict (organization_id) do update set since = least(late.since, excluded.since)`,
      [organizationId, since],
    );
  }

  /** Since when usage is other than it was billed. */
  async lateSince(sql: ConfinedSql, organizationId: string): Promise<Date | undefined> {
    const rows = await sql.query<{ since: Date }>('select since from late_usage where organization_id = $1', [
      organizationId,
    ]);
    return rows[0]?.since;
  }

  /** What was other than it was billed is billed now: all of it, or up to a moment. */
  async settleLate(tx: Tx, organizationId: string, until: Date | null): Promise<void> {
    const sql = until
      ? 'update late_usage set since = $2 where organization_id = $1'
      : 'delete from late_usage where organization_id = $1';
    await tx.query(sql, [organizationId, ...(until ? [until] : [])]);
  }

  async update(tx: Tx, account: BillingAccount): Promise<void> {
    const { organizationId, timeZone, priceBookId, issuer, country, taxId } = account;
    const billedTo = account.billTo && JSON.stringify(account.billTo);
    await tx.query(
      `update billing_account
          set time_zone = $2, book_id = $3, issuer = $4, country = $5, tax_id = $6, taxes = $7, due_at = $8, bill_to = $9
        where organization_id = $1`,
      [
        ...[organizationId, timeZone, priceBookId, issuer, country, taxId],
        ...[JSON.stringify(account.taxes), this.clock.now(), billedTo],
      ],
    );
  }

  async lookAgain(tx: Tx, organizationId: string, at: Date, blocked: string | null): Promise<void> {
    await tx.query('update billing_account set due_at = $2, blocked = $3 where organization_id = $1', [
      ...[organizationId, at, blocked],
    ]);
  }

  /** The period before `openSince` is closed. */
  async open(tx: Tx, organizationId: string, openSince: Date): Promise<void> {
    await tx.query(
      `update billing_account set open_since = $2, due_at = $2, blocked = null,
              has_invoices = exists (select from invoice where organization_id = $1)
        where organization_id = $1`,
      [organizationId, openSince],
    );
  }

  private async one(sql: Sql, where: string, parameters: readonly unknown[]): Promise<AccountRow | undefined> {
    const [row] = await sql.query<AccountRow>(`select ${columns} from billing_account ${where}`, parameters);
    return row && accountOf(row);
  }
}
