import { type Agreement, terms } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

type Row = Omit<Agreement, 'validFrom' | 'validTo'> & { readonly validFrom: Date; readonly validTo: Date | null };

/** An agreement ends where the next begins. */
const agreements = `
  select organization_id as "organizationId", number, valid_from as "validFrom", book_id as "priceBookId", terms,
         lead(valid_from) over (order by number) as "validTo"
    from agreement where organization_id = $1`;

const agreementOf = (row: Row): Agreement => ({
  ...row,
  validFrom: row.validFrom.toISOString(),
  validTo: row.validTo?.toISOString() ?? null,
  terms: terms.parse(row.terms),
});

@Injectable()
export class AgreementsRepository {
  /** One more than asked for; the oldest first. */
  async list(sql: ConfinedSql, organizationId: string, page: { limit: number; cursor?: string | undefined }) {
    const rows = await sql.query<Row>(`select * from (${agreements}) a where number > $2 order by number limit $3`, [
      ...[organizationId, decodeCursor(page.cursor, 'number') ?? '0', page.limit + 1],
    ]);
    return rows.map(agreementOf);
  }

  async find(sql: ConfinedSql, organizationId: string, number: number): Promise<Agreement | undefined> {
    const [row] = await sql.query<Row>(`select * from (${agreements}) a where number = $2`, [organizationId, number]);
    return row && agreementOf(row);
  }

  /** Those that hold somewhere in `[from, to)`, in order. */
  async holding(sql: ConfinedSql, organizationId: string, from: Date, to: Date): Promise<Agreement[]> {
    const rows = await sql.query<Row>(
      `select * from (${agreements}) a
        where "validFrom" < $3 and coalesce("validTo" > $2, true) order by number`,
      [organizationId, from, to],
    );
    return rows.map(agreementOf);
  }

  /** The caller holds the lock of the account. */
  async newest(tx: Tx, organizationId: string): Promise<Agreement | undefined> {
    const [row] = await tx.query<Row>(`select * from (${agreements}) a order by number desc limit 1`, [organizationId]);
    return row && agreementOf(row);
  }

  async insert(tx: Tx, { organizationId, number, validFrom, priceBookId, terms: agreed }: Agreement): Promise<void> {
    await tx.query(
      'insert into agreement (organization_id, number, valid_from, book_id, terms) values ($1, $2, $3, $4, $5)',
      [organizationId, number, validFrom, priceBookId, JSON.stringify(agreed)],
    );
  }
}
