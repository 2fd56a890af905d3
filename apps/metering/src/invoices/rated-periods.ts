import type { Period, Rated, Tax } from '@berth/billing';
import type { PriceBook } from '@berth/contracts/metering';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { segmentsOf } from '../costs/cost.js';
import { cutsOf } from '../price-books/price-book.js';
import { PriceBooksRepository } from '../price-books/price-books.repository.js';
import { UsageRepository } from '../usage/usage.repository.js';

export interface PeriodOf {
  readonly organizationId: string;
  readonly period: Period & { readonly timeZone: string };
  readonly priceBookId: string;
  readonly taxes: readonly Tax[];
}

/** What a period of an organization is rated from, as it is known now. */
@Injectable()
export class RatedPeriods {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly usage: UsageRepository,
  ) {}

  /** What still runs is counted up to `countedUntil`. */
  async of(sql: Sql, { organizationId, period, priceBookId, taxes }: PeriodOf, countedUntil: Date): Promise<Rated> {
    const book = await this.bookOf(sql, priceBookId);
    const versions = await this.books.holding(sql, priceBookId, period.from, period.to);
    const cuts = cutsOf(versions, period.from, period.to);
    const counted = cuts.map(({ from, to }) => ({ from, to: new Date(Math.max(+from, Math.min(+to, +countedUntil))) }));
    const segments = segmentsOf(cuts, await this.usage.byApp(sql, organizationId, counted));
    return { period, book, segments, taxes };
  }

  private async bookOf(sql: Sql, id: string): Promise<Omit<PriceBook, 'current'>> {
    const book = await this.books.find(sql, id);
    if (!book) throw new Error(`price book ${id} vanished`);
    return book;
  }
}
