import { Access, type Caller } from '@berth/access';
import { digitsOf, monthAt } from '@berth/billing';
import type { EnvironmentCosts, EnvironmentCostsQuery, UsageQuery } from '@berth/contracts/metering';
import { Clock, Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Tariffs } from '../agreements/tariffs.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import type { Cut } from '../price-books/price-book.js';
import { silentSince } from '../spans/silence.js';
import { keyOf, type UsageLine } from '../usage/usage.js';
import { UsageRepository } from '../usage/usage.repository.js';
import { chargesOf, lineOf, type Money, segmentsOf, unpricedOf } from './cost.js';

const DAY = 86_400_000;

function environmentOf({ environmentId }: UsageLine): string {
  if (environmentId === null) throw new Error('lines by environment name it');
  return environmentId;
}

/** Cuts at `moment`, too. */
export const cutAt = (cuts: readonly Cut[], moment: Date): Cut[] =>
  cuts
    .flatMap((cut) => [
      { ...cut, to: cut.to < moment ? cut.to : moment },
      { ...cut, from: cut.from > moment ? cut.from : moment },
    ])
    .filter(({ from, to }) => from < to);

/** What each environment costs: this month so far, and a day of what it has now. */
@Injectable()
export class CostsOfEnvironments {
  constructor(
    private readonly access: Access,
    private readonly usage: UsageRepository,
    private readonly tariffs: Tariffs,
    private readonly accounts: BillingAccountsRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async read(caller: Caller, query: EnvironmentCostsQuery): Promise<EnvironmentCosts> {
    const { organization, project: projectId } = query;
    await this.access.require(caller, 'costs:read', { organizationId: organization, ...(projectId && { projectId }) });
    const now = this.clock.now();
    const account = await this.accounts.find(this.database, organization);
    const { month, from } = monthAt(now, account?.timeZone ?? 'UTC');
    const tomorrow = new Date(now.getTime() + DAY);
    const { book, cuts } = await this.tariffs.of(this.database.confined, organization, from, tomorrow);
    const pieces = cutAt(cuts, now);
    const segments = segmentsOf(pieces, await this.usage.byApp(this.database.confined, organization, pieces));
    const past = pieces.filter(({ to }) => to <= now).length;
    const soFar = chargesOf(segments.slice(0, past));
    // After what the month used so far: allowances and tiers go on from there.
    const perDay = chargesOf(segments).filter(({ cut }) => cut >= past);
    const money: Money = { digits: digitsOf(book.currency), rounding: book.rounding };
    const asked: UsageQuery = { ...query, by: 'environment' };
    const lines = toPage(await this.usage.lines(this.database.confined, asked, pieces), query.limit, keyOf);
    return {
      ...{ month, from: from.toISOString(), countedUntil: now.toISOString() },
      ...{ currency: book.currency, priceBook: book.name },
      waitingWorkloads: await this.usage.waitingWorkloads(this.database.confined, organization, silentSince(now)),
      notMetered: await this.usage.notMetered(this.database.confined, query, { from, to: now }),
      items: lines.items.map((line) => ({
        environmentId: environmentOf(line),
        soFar: lineOf(soFar, line.quantities, money).total,
        perDay: lineOf(perDay, line.quantities, money).total,
        unpriced: unpricedOf(pieces, line.quantities),
      })),
      next: lines.next,
    };
  }
}
