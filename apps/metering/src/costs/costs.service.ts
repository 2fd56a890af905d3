import { Access, type Caller } from '@berth/access';
import { digitsOf } from '@berth/billing';
import type { CostEstimate, Costs, EstimateCosts, RoundingPolicy, UsageQuery } from '@berth/contracts/metering';
import { Clock, Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Tariffs } from '../agreements/tariffs.js';
import type { BookRow } from '../price-books/price-books.repository.js';
import { groupOf, keyOf } from '../usage/usage.js';
import { UsageService } from '../usage/usage.service.js';
import { lineDecimals, lineOf, totalOf } from './cost.js';
import { minus, monthHours, pricePerMonth } from './estimate.js';
import { ScopeCosts } from './scope-costs.js';

const policyOf = ({ currency, rounding }: BookRow): RoundingPolicy => ({
  ...{ mode: rounding, lineDecimals, totalDecimals: digitsOf(currency) },
});

@Injectable()
export class CostsService {
  constructor(
    private readonly access: Access,
    private readonly usages: UsageService,
    private readonly tariffs: Tariffs,
    private readonly costs: ScopeCosts,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async read(caller: Caller, query: UsageQuery): Promise<Costs> {
    const interval = await this.usages.intervalFor(caller, 'costs:read', query);
    const { from, countedUntil: to } = interval;
    const { book, cuts, charges, total } = await this.costs.of(this.database.confined, query, { from, to });
    const money = { digits: digitsOf(book.currency), rounding: book.rounding };
    const lines = toPage(await this.costs.lines(this.database.confined, query, cuts), query.limit, keyOf);
    return {
      ...(await this.usages.tellOf(query, interval)),
      ...{ currency: book.currency, priceBook: book.name, rounding: policyOf(book) },
      items: lines.items.map((line) => ({ ...groupOf(line), ...lineOf(charges, line.quantities, money) })),
      next: lines.next,
      total,
    };
  }

  async estimate(caller: Caller, body: EstimateCosts): Promise<CostEstimate> {
    await this.requireAccess(caller, body);
    const from = this.clock.now();
    const to = new Date(from.getTime() + 1);
    const {
      book,
      cuts: [now],
    } = await this.tariffs.of(this.database.confined, body.organization ?? null, from, to);
    if (!now) throw new Error(`price book ${book.name} has no version for ${from.toISOString()}`);
    const before = pricePerMonth(body.before, body.storage.beforeMib, now);
    const after = pricePerMonth(body.after, body.storage.afterMib, now);
    const money = { digits: digitsOf(book.currency), rounding: book.rounding };
    return {
      ...{ currency: book.currency, priceBook: book.name, rounding: policyOf(book), monthHours },
      before: totalOf([before], money),
      after: totalOf([after], money),
      difference: totalOf([minus(after, before)], money),
    };
  }

  private async requireAccess(
    caller: Caller,
    { organization: organizationId, project: projectId, environment: environmentId }: EstimateCosts,
  ): Promise<void> {
    if (organizationId === undefined) return this.access.tellsNothing(caller);
    await this.access.require(caller, 'costs:read', {
      organizationId,
      ...(projectId === undefined ? {} : { projectId }),
      ...(environmentId === undefined ? {} : { environmentId }),
    });
  }
}
