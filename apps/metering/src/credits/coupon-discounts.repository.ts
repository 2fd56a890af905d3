import type { CouponDiscount } from '@berth/billing';
import type { CreditQuery, DiscountOfOrganization } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface NewDiscount {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly percent: string;
  readonly on: readonly string[] | null;
  readonly coupon: string;
  readonly firstMonth: string;
  /** Null: for ever. */
  readonly lastMonth: string | null;
  readonly createdAt: Date;
}

type Row = NewDiscount & { readonly on: string[] | null; readonly revokedAt: Date | null };

const columns = `id, organization_id as "organizationId", name, percent, applies_to as "on", coupon,
  first_month as "firstMonth", last_month as "lastMonth", created_at as "createdAt", revoked_at as "revokedAt"`;

const told = (row: Row): DiscountOfOrganization => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
});

/** What coupons of a percentage became. */
@Injectable()
export class CouponDiscountsRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, query: CreditQuery): Promise<DiscountOfOrganization[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from coupon_discount
        where organization_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
      [query.organization, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map(told);
  }

  async find(sql: Sql, id: string): Promise<DiscountOfOrganization | undefined> {
    const row = await sql.queryOne<Row>(`select ${columns} from coupon_discount where id = $1`, [id]);
    return row && told(row);
  }

  /** Those of a month, in the order in which they are taken off. */
  async holding(sql: ConfinedSql, organizationId: string, month: string): Promise<CouponDiscount[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from coupon_discount
        where organization_id = $1 and revoked_at is null and first_month <= $2 and coalesce(last_month >= $2, true)
        order by created_at, id`,
      [organizationId, month],
    );
    return rows.map(({ id, name, percent, on }) => ({ id, name, percent, ...(on && { on }) }));
  }

  async insert(tx: Tx, discount: NewDiscount): Promise<void> {
    const { id, organizationId, name, percent, on, coupon, firstMonth, lastMonth, createdAt } = discount;
    await tx.query(
      `insert into coupon_discount
         (id, organization_id, name, percent, applies_to, coupon, first_month, last_month, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, organizationId, name, percent, on, coupon, firstMonth, lastMonth, createdAt],
    );
  }

  /** False when it is revoked already. */
  async revoke(tx: Tx, id: string, at: Date): Promise<boolean> {
    const sql = 'update coupon_discount set revoked_at = $2 where id = $1 and revoked_at is null returning id';
    return (await tx.query(sql, [id, at])).length > 0;
  }
}
