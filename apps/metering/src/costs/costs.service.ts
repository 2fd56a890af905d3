import { Access, type Caller } from '@berth/access';
import { digitsOf } from '@berth/billing';
import type { CostEstimate, Costs, EstimateCosts, RoundingPolicy, UsageQuery } from '@berth/contracts/metering';
import { Clock, Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Tariffs } from '../agreements/tariffs.js';
import type { BookRow } from '../price-books/price-books.repository.js';
import { UsageRepository } from '../usage/usage.repository.js';
import { groupOf, keyOf } from '../usage/usage.js';
import { UsageService } from '../usage/usage.service.js';
import { chargesOf, lineDecimals, lineOf, segmentsOf, shareOf, totalOf } from './cost.js';
import { minus, monthHours, pricePerMonth } from './estimate.js';

const policyOf = ({ currency, rounding }: BookRow): RoundingPolicy => ({
  ...{ mode: rounding, lineDecimals, totalDecimals: digitsOf(currency) },
});

@Injectable()
export class CostsService {
  constructor(
    private readonly access: Access,
    private readonly usages: UsageService,
    private readonly usage: UsageRepository,
    private readonly tariffs: Tariffs,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Tiers and allowances are the organization's: what a part of it costs is its share of what the whole costs. */
  async read(caller: Caller, query: UsageQuery): Promise<Costs> {
    const interval = await this.usages.intervalFor(caller, 'costs:read', query);
    const { from, countedUntil: to } = interval;
    const { book, cuts } = await this.tariffs.of(this.database, query.organization, from, to);
    const charges = chargesOf(segmentsOf(cuts, await this.usage.byApp(this.database, query.organization, cuts)));
    const money = { digits: digitsOf(book.currency), rounding: book.rounding };
    const lines = toPage(await this.usage.lines(this.database, query, cuts), query.limit, keyOf);
    const used = await this.usage.totals(this.database, query, cuts);
    return {
      ...(await this.usages.tellOf(query, interval)),
      ...{ currency: book.currency, priceBook: book.name, rounding: policyOf(book) },
      items: lines.items.map((line) => ({ ...groupOf(line), ...lineOf(charges, line.quantities, money) })),
      next: lines.next,
      total: totalOf(shareOf(charges, used), money),
    };
  }

  async estimate(caller: Caller, body: EstimateCosts): Promise<CostEstimate> {
    await this.requireAccess(caller, body);
    const from = this.clock.now();
    const to = new Date(from.getTime() + 1);
    const {
      book,
      cuts: [now],
    } = await this.tariffs.of(this.database, body.organization ?? null, from, to);
    if (!now) throw new Error(`price book ${book.name} has no version for ${from.toISOString()}`);
    const [before, after] = [pricePerMonth(body.before, now), pricePerMonth(body.after, now)];
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
