import { Access, type Caller, type Permission } from '@berth/access';
import { cutsBetween } from '@berth/billing';
import type { Page } from '@berth/contracts/common';
import type {
  Running,
  RunningQuery,
  Usage,
  UsageAnomaly,
  UsageAnomalyQuery,
  UsageQuery,
  UsageSeries,
  UsageSeriesQuery,
} from '@berth/contracts/metering';
import { Clock, Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { silentSince } from '../spans/silence.js';
import { usedAmountsOf } from '../measured-usage/measured-usage.js';
import { MeasuredUsageRepository } from '../measured-usage/measured-usage.repository.js';
import { hourOf, type Interval, intervalOf, type Stretch } from './interval.js';
import type { UsageScope } from './scope.js';
import { amountsOf, groupOf, keyOf, nothing, type Quantity, sumOf, type UsageLine } from './usage.js';
import { usageErrors } from './usage.errors.js';
import { UsageRepository } from './usage.repository.js';

/** What every answer about an interval says of it. */
type Told = Pick<Usage, 'from' | 'to' | 'countedUntil' | 'waitingWorkloads' | 'notMetered'>;

/** A month of hours, and some more. */
const MOST_PIECES = 800;

@Injectable()
export class UsageService {
  constructor(
    private readonly access: Access,
    private readonly usage: UsageRepository,
    private readonly measured: MeasuredUsageRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async read(caller: Caller, query: UsageQuery): Promise<Usage> {
    const interval = await this.intervalFor(caller, 'usage:read', query);
    const whole = { from: interval.from, to: interval.countedUntil };
    const counted = [whole];
    const { items, next } = toPage(await this.usage.lines(this.database.confined, query, counted), query.limit, keyOf);
    const isWhole = query.cursor === undefined && next === null;
    const quantities = isWhole
      ? items.flatMap((line) => line.quantities)
      : await this.usage.totals(this.database.confined, query, counted);
    return {
      ...(await this.tellOf(query, interval)),
      ...(await this.withUsed(query, counted, items, sumOf(quantities))),
      next,
    };
  }

  private async withUsed(
    query: UsageQuery,
    counted: readonly Stretch[],
    lines: readonly UsageLine[],
    total: Quantity,
  ): Promise<Pick<Usage, 'items' | 'total'>> {
    const used = await this.measured.sums(this.database.confined, query, counted, lines.map(keyOf));
    const usedBy = new Map(used.map((each) => [keyOf(each.group), each]));
    const [all] = await this.measured.sums(this.database.confined, { ...query, by: 'none' }, counted, null);
    return {
      items: lines.map((line) => ({
        ...{ ...groupOf(line), ...amountsOf(line.quantities[0] ?? nothing) },
        used: usedAmountsOf(usedBy.get(keyOf(line))),
      })),
      total: { ...amountsOf(total), used: usedAmountsOf(all) },
    };
  }

  async series(caller: Caller, query: UsageSeriesQuery): Promise<UsageSeries> {
    await this.requireAccess(caller, 'usage:read', query);
    const timeZone = await this.timeZoneOf(query);
    const { from, to, countedUntil: now } = intervalOf(query, timeZone, this.clock.now());
    // Of a month nothing is told that is to come.
    const interval = { from, to: query.to === undefined ? now : to };
    const cuts = cutsBetween(interval, query.per, timeZone, MOST_PIECES);
    if (!cuts) throw usageErrors.IntervalTooLong(`At most ${MOST_PIECES} pieces: ask for less, or by day or month.`);
    const counted = cuts.map((cut) => ({ from: cut.from, to: cut.to < now ? cut.to : laterOf(cut.from, now) }));
    const totals = await this.usage.totals(this.database.confined, query, counted);
    const used = await this.measured.sums(this.database.confined, { ...query, by: 'none' }, counted, null);
    const items = cuts.map((cut, index) => ({
      ...{ from: cut.from.toISOString(), to: cut.to.toISOString() },
      ...amountsOf(totals[index] ?? nothing),
      used: usedAmountsOf(used.find(({ interval: of }) => of === index)),
    }));
    const notMetered = await this.usage.notMetered(this.database.confined, query, { from, to: now });
    return { timeZone, notMetered, items };
  }

  /** @throws DomainError 422 when the moment is to come */
  async running(caller: Caller, query: RunningQuery): Promise<Running> {
    await this.requireAccess(caller, 'usage:read', query);
    const [now, at] = [this.clock.now(), new Date(query.at)];
    if (at > now) throw usageErrors.MomentToCome('Nobody knows yet what will run.', { pointer: '?at' });
    const { from, to } = hourOf(at);
    const [used = nothing] = await this.usage.totals(this.database.confined, query, [
      { from, to: to < now ? to : now },
    ]);
    const page = toPage(await this.usage.running(this.database.confined, query), query.limit, ({ id }) => id);
    return {
      at: query.at,
      hour: { from: from.toISOString(), to: to.toISOString(), ...amountsOf(used) },
      items: page.items.map(({ id: _, since, until, ...each }) => ({
        ...{ ...each, since: since.toISOString() },
        until: until?.toISOString() ?? null,
      })),
      next: page.next,
    };
  }

  async anomalies(caller: Caller, query: UsageAnomalyQuery): Promise<Page<UsageAnomaly>> {
    await this.access.require(caller, 'usage:read', { organizationId: query.organization });
    const rows = await this.usage.anomalies(this.database.confined, query);
    const page = toPage(rows, query.limit, (row) => row.id);
    return { ...page, items: page.items.map(({ id: _, ...anomaly }) => anomaly) };
  }

  /** @throws DomainError when the caller may not see what the query is about */
  async intervalFor(caller: Caller, permission: Permission, query: UsageQuery): Promise<Interval> {
    await this.requireAccess(caller, permission, query);
    return intervalOf(query, await this.timeZoneOf(query), this.clock.now());
  }

  /** The account's; before there is one, as usage will have it when it makes one. */
  private async timeZoneOf({ organization }: UsageScope): Promise<string> {
    return (await this.accounts.find(this.database, organization))?.timeZone ?? 'UTC';
  }

  async tellOf(query: UsageQuery, { from, to, countedUntil }: Interval): Promise<Told> {
    const { organization } = query;
    const silent = silentSince(this.clock.now());
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      countedUntil: countedUntil.toISOString(),
      waitingWorkloads: await this.usage.waitingWorkloads(this.database.confined, organization, silent),
      notMetered: await this.usage.notMetered(this.database.confined, query, { from, to: countedUntil }),
    };
  }

  private requireAccess(caller: Caller, permission: Permission, scope: UsageScope): Promise<void> {
    const { organization: organizationId, project: projectId, environment: environmentId } = scope;
    return this.access.require(caller, permission, {
      organizationId,
      ...(projectId === undefined ? {} : { projectId }),
      ...(environmentId === undefined ? {} : { environmentId }),
    });
  }
}

const laterOf = (a: Date, b: Date): Date => (a > b ? a : b);
