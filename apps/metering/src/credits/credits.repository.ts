import { type Credit, digitsOf, formatMinor } from '@berth/billing';
import type { CreditOfOrganization, CreditQuery } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface NewCredit {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly currency: string;
  /** Smallest units. */
  readonly amount: bigint;
  readonly expiresAt: Date | null;
  readonly coupon: string | null;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly currency: string;
  readonly amount: string;
  readonly left: string;
  readonly expiresAt: Date | null;
  readonly coupon: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** What a void invoice used is left again. */
const leftSql = `c.amount - coalesce((
  select sum(u.amount) from credit_use u join invoice i on i.id = u.invoice_id
   where u.credit_id = c.id and i.status <> 'void'), 0)`;

const columns = `c.id, c.organization_id as "organizationId", c.name, c.currency, c.amount::text, (${leftSql})::text as "left",
  c.expires_at as "expiresAt", c.coupon, c.created_at as "createdAt", c.revoked_at as "revokedAt"`;

function told(row: Row): CreditOfOrganization {
  const text = (amount: string) => formatMinor(BigInt(amount), digitsOf(row.currency));
  return {
    ...row,
    ...{ amount: text(row.amount), left: text(row.left), createdAt: row.createdAt.toISOString() },
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

@Injectable()
export class CreditsRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, query: CreditQuery): Promise<CreditOfOrganization[]> {
    const rows = await sql.query<Row>(
      `select ${columns} from credit c
        where c.organization_id = $1 and ($2::uuid is null or c.id > $2) order by c.id limit $3`,
      [query.organization, decodeCursor(query.cursor, 'id'), query.limit + 1],
    );
    return rows.map(told);
  }

  async find(sql: Sql, id: string): Promise<CreditOfOrganization | undefined> {
    const row = await sql.queryOne<Row>(`select ${columns} from credit c where c.id = $1`, [id]);
    return row && told(row);
  }

  /** What can pay for a period that begins at `at`, in the order in which it is used. */
  async payingFor(sql: ConfinedSql, organizationId: string, currency: string, at: Date): Promise<Credit[]> {
    const rows = await sql.query<{ id: string; name: string; left: string }>(
      `select id, name, "left" from (select ${columns} from credit c
         where c.organization_id = $1 and c.currency = $2 and c.revoked_at is null
           and coalesce(c.expires_at > $3, true)) held
        where "left"::numeric > 0 order by "expiresAt" nulls last, "createdAt", id`,
      [organizationId, currency, at],
    );
    return rows.map(({ id, name, left }) => ({ id, name, left: BigInt(left) }));
  }

  async insert(tx: Tx, credit: NewCredit): Promise<void> {
    const { id, organizationId, name, currency, amount, expiresAt, coupon, createdAt } = credit;
    await tx.query(
      `insert into credit (id, organization_id, name, currency, amount, expires_at, coupon, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, organizationId, name, currency, amount.toString(), expiresAt, coupon, createdAt],
    );
  }

  async use(tx: Tx, creditId: string, invoiceId: string, amount: bigint): Promise<void> {
    await tx.query('insert into credit_use (credit_id, invoice_id, amount) values ($1, $2, $3)', [
      ...[creditId, invoiceId, amount.toString()],
    ]);
  }

  /** False when it was revoked before. */
  async revoke(tx: Tx, id: string, at: Date): Promise<boolean> {
    const rows = await tx.query('update credit set revoked_at = $2 where id = $1 and revoked_at is null returning id', [
      id,
      at,
    ]);
    return rows.length > 0;
  }
}
