import type { Caller } from '@berth/access';
import type { CostEstimate, Costs, EstimateCosts, UsageQuery } from '@berth/contracts/metering';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { PriceBooksRepository } from '../price-books/price-books.repository.js';
import { groupOf } from '../usage/usage.js';
import { UsageService } from '../usage/usage.service.js';
import { monthHours, quantityPerMonth } from './estimate.js';
import { lineOf, minus, priceOf, roundingPolicy, totalOf } from './price.js';

@Injectable()
export class CostsService {
  constructor(
    private readonly usage: UsageService,
    private readonly books: PriceBooksRepository,
    private readonly database: Database,
  ) {}

  async read(caller: Caller, query: UsageQuery): Promise<Costs> {
    const { interval, lines, total } = await this.usage.measure(caller, 'costs:read', query);
    const book = await this.books.default(this.database);
    return {
      ...interval,
      currency: book.currency,
      priceBook: book.name,
      rounding: roundingPolicy,
      items: lines.items.map((line) => ({ ...groupOf(line), ...lineOf(priceOf(line, book)) })),
      next: lines.next,
      total: totalOf(priceOf(total, book)),
    };
  }

  async estimate(body: EstimateCosts): Promise<CostEstimate> {
    const book = await this.books.default(this.database);
    const before = priceOf(quantityPerMonth(body.before), book);
    const after = priceOf(quantityPerMonth(body.after), book);
    return {
      currency: book.currency,
      priceBook: book.name,
      rounding: roundingPolicy,
      monthHours,
      before: totalOf(before),
      after: totalOf(after),
      difference: totalOf(minus(after, before)),
    };
  }
}
