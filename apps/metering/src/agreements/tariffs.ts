import { withTerms } from '@berth/billing';
import type { Agreement } from '@berth/contracts/metering';
import type { ConfinedSql, Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Cut, cutsOf } from '../price-books/price-book.js';
import { type BookRow, PriceBooksRepository } from '../price-books/price-books.repository.js';
import { AgreementsRepository } from './agreements.repository.js';

/** What an organization is charged by in an interval. */
export interface Tariff {
  /** That of the account: before the first agreement it holds. */
  readonly book: BookRow;
  /** In order; together they are the interval. */
  readonly cuts: readonly Cut[];
}

interface Stage {
  readonly bookId: string;
  readonly from: Date;
  readonly to: Date;
  readonly agreement?: Agreement;
}

/** Cuts `[from, to)` where agreements begin. */
export function stagesOf(bookId: string, agreements: readonly Agreement[], from: Date, to: Date): Stage[] {
  const [first] = agreements;
  const alone = { bookId, from, to: first ? earlier(new Date(first.validFrom), to) : to };
  const agreed = agreements.map((agreement) => ({
    ...{ agreement, bookId: agreement.priceBookId, from: later(new Date(agreement.validFrom), from) },
    to: agreement.validTo === null ? to : earlier(new Date(agreement.validTo), to),
  }));
  return [alone, ...agreed].filter((stage) => stage.from < stage.to);
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);
const later = (a: Date, b: Date): Date => (a > b ? a : b);

@Injectable()
export class Tariffs {
  constructor(
    private readonly books: PriceBooksRepository,
    private readonly agreements: AgreementsRepository,
  ) {}

  /** Without an organization: the default price book alone. `bookId`: another than the account has now. */
  async of(sql: ConfinedSql, organizationId: string | null, from: Date, to: Date, bookId?: string): Promise<Tariff> {
    const book = bookId === undefined ? await this.books.of(sql, organizationId) : await this.books.get(sql, bookId);
    const agreed = organizationId === null ? [] : await this.agreements.holding(sql, organizationId, from, to);
    const cuts: Cut[] = [];
    for (const stage of stagesOf(book.id, agreed, from, to)) cuts.push(...(await this.cutsOf(sql, stage)));
    return { book, cuts };
  }

  private async cutsOf(sql: Sql, { bookId, from, to, agreement }: Stage): Promise<Cut[]> {
    const cuts = cutsOf(await this.books.holding(sql, bookId, from, to), from, to);
    if (!agreement) return cuts;
    return cuts.map((cut) => {
      const prices = withTerms(cut.version.prices, agreement.terms);
      return { ...cut, agreement: agreement.number, version: { ...cut.version, prices } };
    });
  }
}
