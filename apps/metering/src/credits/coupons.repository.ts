import { digitsOf, formatMinor } from '@berth/billing';
import type { Coupon } from '@berth/contracts/metering';
import { decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface CouponRow {
  readonly code: string;
  readonly name: string;
  /** Either an amount in a currency, in smallest units, or a percentage. */
  readonly currency: string | null;
  readonly amount: bigint | null;
  readonly percent: string | null;
  readonly months: number | null;
  readonly on: string[] | null;
  readonly creditDays: number | null;
  readonly limit: number | null;
  readonly redeemed: number;
  readonly endsAt: Date | null;
  readonly createdAt: Date;
}

const columns = `code, name, currency, amount::text, percent, months, applies_to as "on", credit_days as "creditDays", redemption_limit as "limit", redeemed,
  ends_at as "endsAt", created_at as "createdAt"`;

const rowOf = (row: Omit<CouponRow, 'amount'> & { amount: string | null }): CouponRow => ({
  ...row,
  amount: row.amount === null ? null : BigInt(row.amount),
});

export const couponTold = (row: CouponRow): Coupon => ({
  ...row,
  amount: row.amount === null || row.currency === null ? null : formatMinor(row.amount, digitsOf(row.currency)),
  endsAt: row.endsAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

@Injectable()
export class CouponsRepository {
  /** One more than asked for. */
  async list(sql: Sql, page: { limit: number; cursor?: string | undefined }): Promise<Coupon[]> {
    const rows = await sql.query<CouponRow & { amount: never }>(
      `select ${columns} from coupon where $1::text is null or code > $1 order by code limit $2`,
      [decodeCursor(page.cursor), page.limit + 1],
    );
    return rows.map((row) => couponTold(rowOf(row)));
  }

  /** Locked until the commit: its redemptions are counted one after the other. */
  async lock(tx: Tx, code: string): Promise<CouponRow | undefined> {
    const [row] = await tx.query<CouponRow & { amount: never }>(
      `select ${columns} from coupon where code = $1 for update`,
      [code],
    );
    return row && rowOf(row);
  }

  /** False when the code is taken. */
  async insert(tx: Tx, coupon: CouponRow): Promise<boolean> {
    const rows = await tx.query(
      `insert into coupon (code, name, currency, amount, credit_days, redemption_limit, ends_at, created_at, percent, months,
                           applies_to)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning code`,
      [
        ...[coupon.code, coupon.name, coupon.currency, coupon.amount?.toString() ?? null],
        ...[coupon.creditDays, coupon.limit, coupon.endsAt, coupon.createdAt],
        ...[coupon.percent, coupon.months, coupon.on],
      ],
    );
    return rows.length > 0;
  }

  async redeemed(tx: Tx, code: string, organizationId: string): Promise<boolean> {
    const sql = `select from credit where coupon = $1 and organization_id = $2
                 union all select from coupon_discount where coupon = $1 and organization_id = $2`;
    return (await tx.query(sql, [code, organizationId])).length > 0;
  }

  async count(tx: Tx, code: string): Promise<void> {
    await tx.query('update coupon set redeemed = redeemed + 1 where code = $1', [code]);
  }
}
