import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isAfter } from '../accepted-events/accepted-event.js';
import { AcceptedEventsRepository, addedOf } from '../accepted-events/accepted-events.repository.js';
import { holdPeriodsOpen } from '../accepted-events/organization-lock.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { earlierOf, earliestOf, type News, type Outcome, settledOf } from './news.js';
import { SpanMover } from './span-mover.js';
import { uncountedIn } from '../uncounted-use/uncounted-use.js';
import { UncountedUseRepository } from '../uncounted-use/uncounted-use.repository.js';
import { type Telling, tellingsOf, type Told } from './telling.js';

/** Accepts what is told about allocations: once, whole runs of it with one statement for all. */
@Injectable()
export class SpansService {
  constructor(
    private readonly events: AcceptedEventsRepository,
    private readonly workloads: MeteredWorkloadsRepository,
    private readonly spans: SpanMover,
    private readonly accounts: BillingAccountsRepository,
    private readonly uncounted: UncountedUseRepository,
    private readonly clock: Clock,
  ) {}

  /** All of a run of events, or none. @throws Refused when one of them is not to be believed */
  async accept(tx: Tx, events: readonly Told[]): Promise<void> {
    if (events.length === 0) return;
    const tellings = tellingsOf(events, this.clock.now());
    const organizations = tellings.map(({ organizationId }) => organizationId);
    await holdPeriodsOpen(tx, organizations);
    const news = await this.newsOf(tx, tellings);
    await this.uncounted.keep(tx, uncountedIn(news.flatMap(({ fresh }) => fresh)));
    const outcomes = await this.spans.follow(tx, news);
    await this.settle(tx, news, outcomes);
    await this.noteBilling(tx, news, outcomes);
  }

  private async newsOf(tx: Tx, tellings: readonly Telling[]): Promise<News[]> {
    const workloads = await this.workloads.lock(tx, tellings);
    const told = tellings.flatMap(({ allocations }) => allocations);
    const added = await this.events.append(tx, told);
    return tellings.flatMap((telling) => {
      const [workload, log] = [workloads.get(telling.workloadId), added.get(telling.workloadId)];
      const news = { telling, acceptedSeq: log?.seq ?? null, fresh: addedOf(telling.allocations, log) };
      return workload ? [{ ...news, workload }] : [];
    });
  }

  private async settle(tx: Tx, news: readonly News[], outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    const settled = news.map((each) => settledOf(each, outcomes.get(each.workload.workloadId)));
    await this.workloads.settle(tx, settled);
    const unsure = settled.filter(
      ({ seen, progress }, index) => news[index]?.workload.hasGap || isAfter(seen, progress),
    );
    const ids = unsure.map(({ workloadId }) => workloadId);
    await this.workloads.noteGaps(tx, ids);
  }

  /** What changes a time that may be billed already is noted, so that it will be corrected. In one order of organizations. */
  private async noteBilling(tx: Tx, news: readonly News[], outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    const organizations = Map.groupBy(news, ({ workload }) => workload.organizationId);
    for (const [organizationId, each] of [...organizations].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const openSince = each[0]?.workload.openSince;
      const told = openSince ? null : earliestOf(each);
      if (told) await this.accounts.ensure(tx, organizationId, told);
      const since = earlierOf(each.map(({ workload }) => outcomes.get(workload.workloadId)?.changedSince ?? null));
      if (since && (!openSince || since < openSince)) await this.accounts.noteChange(tx, organizationId, since);
    }
  }
}
