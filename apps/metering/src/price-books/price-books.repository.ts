import type { PriceBook } from '@berth/contracts/metering';
import { decodeCursor, type Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';

const columns = `id, name, currency, core_hour::text as "coreHour", gib_hour::text as "gibHour"`;

@Injectable()
export class PriceBooksRepository {
  /** One more than asked for, so that the caller knows whether there is a next page. */
  list(sql: Sql, page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<PriceBook[]> {
    return sql.query<PriceBook>(
      `select ${columns} from price_book where $1::text is null or name > $1 order by name limit $2`,
      [decodeCursor(page.cursor), page.limit + 1],
    );
  }

  /** The book that prices everything as long as no organization has its own. */
  async default(sql: Sql): Promise<PriceBook> {
    const [row] = await sql.query<PriceBook>(`select ${columns} from price_book where name = 'default'`);
    if (!row) throw new Error('the default price book is missing: a migration inserts it');
    return row;
  }
}
