import { type PriceBook, type PriceBookVersion, priceList, type PriceList } from '@berth/contracts/metering';
import { type ConfinedSql, decodeCursor, type Sql, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

export interface BookRow extends Omit<PriceBook, 'current'> {
  readonly id: string;
}

interface VersionRow {
  readonly bookId: string;
  readonly version: number;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly prices: unknown;
}

interface Page {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const book = 'b.id, b.name, b.currency, b.rounding';
/** A version ends where the next begins. */
const versions = `
  select book_id as "bookId", version, valid_from as "validFrom", prices,
         lead(valid_from) over (partition by book_id order by version) as "validTo"
    from price_book_version`;

const versionOf = (row: VersionRow): PriceBookVersion => ({
  version: row.version,
  validFrom: row.validFrom.toISOString(),
  validTo: row.validTo?.toISOString() ?? null,
  prices: priceList.parse(row.prices),
});

@Injectable()
export class PriceBooksRepository {
  /** One more than asked for, so that the caller knows whether there is a next page. */
  async list(sql: Sql, page: Page, at: Date): Promise<PriceBook[]> {
    const rows = await sql.query<BookRow & VersionRow>(
      `select ${book}, v.* from price_book b
         join (${versions}) v on v."bookId" = b.id and v."validFrom" <= $3 and coalesce(v."validTo" > $3, true)
        where $1::text is null or b.name > $1 order by b.name limit $2`,
      [decodeCursor(page.cursor), page.limit + 1, at],
    );
    return rows.map((row) => ({
      ...{ id: row.id, name: row.name, currency: row.currency, rounding: row.rounding },
      current: versionOf(row),
    }));
  }

  /** One more than asked for; the oldest first. */
  async versions(sql: Sql, bookId: string, page: Page): Promise<PriceBookVersion[]> {
    const rows = await sql.query<VersionRow>(
      `select * from (${versions} where book_id = $1) v where version > $2 order by version limit $3`,
      [bookId, decodeCursor(page.cursor, 'number') ?? '0', page.limit + 1],
    );
    return rows.map(versionOf);
  }

  async version(sql: Sql, bookId: string, version: number): Promise<PriceBookVersion | undefined> {
    const [row] = await sql.query<VersionRow>(`select * from (${versions} where book_id = $1) v where version = $2`, [
      ...[bookId, version],
    ]);
    return row && versionOf(row);
  }

  async find(sql: Sql, id: string): Promise<BookRow | undefined> {
    const row = await sql.queryOne<BookRow>(`select ${book} from price_book b where b.id = $1`, [id]);
    return row;
  }

  /** @throws Error when it is gone */
  async get(sql: Sql, id: string): Promise<BookRow> {
    const book = await this.find(sql, id);
    if (!book) throw new Error(`price book ${id} vanished`);
    return book;
  }

  /** The book of an organization's billing account, else the default one. */
  async of(sql: ConfinedSql, organizationId: string | null): Promise<BookRow> {
    const [row] = await sql.query<BookRow>(
      `select ${book} from price_book b
        where b.id = (select book_id from billing_account where organization_id = $1)
           or (b.name = 'default' and not exists (select from billing_account where organization_id = $1))`,
      [organizationId],
    );
    if (!row) throw new Error('the default price book is missing: a migration inserts it');
    return row;
  }

  /** The versions of a book that hold in `[from, to]`. */
  async holding(sql: Sql, bookId: string, from: Date, to: Date): Promise<PriceBookVersion[]> {
    const rows = await sql.query<VersionRow>(
      `select * from (${versions} where book_id = $1) v
        where "validFrom" <= $3 and coalesce("validTo" > $2, true) order by version`,
      [bookId, from, to],
    );
    return rows.map(versionOf);
  }

  /** False when there is none. */
  async lock(tx: Tx, bookId: string): Promise<boolean> {
    return (await tx.query('select from price_book where id = $1 for update', [bookId])).length > 0;
  }

  async newest(sql: Sql, bookId: string): Promise<PriceBookVersion> {
    const [row] = await sql.query<VersionRow>(
      `select * from (${versions} where book_id = $1) v order by version desc limit 1`,
      [bookId],
    );
    if (!row) throw new Error(`price book ${bookId} has no version`);
    return versionOf(row);
  }

  /** False when the name is taken. */
  async insert(tx: Tx, { id, name, currency, rounding }: BookRow): Promise<boolean> {
    const rows = await tx.query(
      `insert into price_book (id, name, currency, rounding) values ($1, $2, $3, $4)
       on conflict (name) do nothing returning id`,
      [id, name, currency, rounding],
    );
    return rows.length > 0;
  }

  async addVersion(tx: Tx, bookId: string, version: number, validFrom: Date, prices: PriceList): Promise<void> {
    await tx.query('insert into price_book_version (book_id, version, valid_from, prices) values ($1, $2, $3, $4)', [
      ...[bookId, version, validFrom, JSON.stringify(prices)],
    ]);
  }
}
