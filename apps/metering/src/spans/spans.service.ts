import type { Progress } from '@berth/billing';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import {
  type AcceptedAllocation,
  type AllocationEvent,
  beginning,
  factOf,
  follows,
  isAfter,
  positionOf,
} from '../accepted-events/accepted-event.js';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { holdPeriodsOpen } from '../accepted-events/organization-lock.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { type Advance, advance, type StoredSpan } from './advance.js';
import {
  type MeteredWorkload,
  MeteredWorkloadsRepository,
  type SettledWorkload,
} from './metered-workloads.repository.js';
import { SpansRepository } from './spans.repository.js';
import { type Telling, tellingsOf, type Told } from './telling.js';

/** A workload, and what became known about it. */
interface News {
  readonly workload: MeteredWorkload;
  /** In order of arrival; none of them was accepted before. */
  readonly events: readonly AllocationEvent[];
}

/** What is known of a workload after its news. */
interface Outcome extends Pick<Advance, 'progress'> {
  readonly runs: boolean;
  /** The moment from which on its usage is other than it was; null: it is the same. */
  readonly changedSince: Date | null;
}

const PAGE = 500;

/**
 * The spans of a workload are a function of the set of its accepted events, whatever their order of arrival: facts are
 * applied in the order of their versions, and one that arrives late makes all of them be applied anew.
 */
@Injectable()
export class SpansService {
  constructor(
    private readonly events: AcceptedEventsRepository,
    private readonly workloads: MeteredWorkloadsRepository,
    private readonly spans: SpansRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly clock: Clock,
  ) {}

  /** All of a run of events, or none. @throws Refused when one of them is not to be believed */
  async accept(tx: Tx, events: readonly Told[]): Promise<void> {
    const tellings = tellingsOf(events, this.clock.now());
    await holdPeriodsOpen(
      tx,
      tellings.map(({ organizationId }) => organizationId),
    );
    const workloads = await this.workloads.lock(tx, tellings);
    const fresh = await this.appended(
      tx,
      tellings.flatMap(({ allocations }) => allocations),
    );
    const news = [...workloads.values()].map((workload) => ({
      workload,
      events: fresh.get(workload.workloadId) ?? [],
    }));
    const outcomes = await this.follow(tx, news);
    await this.settle(tx, tellings, workloads, outcomes);
    await this.noteBilling(tx, news, outcomes);
  }

  private async appended(tx: Tx, events: readonly AllocationEvent[]): Promise<Map<string, AllocationEvent[]>> {
    const fresh = events.length > 0 ? await this.events.append(tx, events) : [];
    return Map.groupBy(fresh, ({ data }) => data.workloadId);
  }

  /** Moves the spans of all workloads that have news; the usual ones together. */
  private async follow(tx: Tx, news: readonly News[]): Promise<ReadonlyMap<string, Outcome>> {
    const told = news.filter(({ events }) => events.length > 0);
    const [usual, others] = [told.filter(isUsual), told.filter((each) => !isUsual(each))];
    const outcomes = await this.followUsual(tx, usual);
    const old = others.flatMap(({ workload, events }) =>
      events.filter((event) => isAfter(workload.progress, positionOf(event))),
    );
    const restarting = old.length > 0 ? await this.events.withNews(tx, old) : new Set<string>();
    for (const each of others) {
      const { workloadId } = each.workload;
      outcomes.set(workloadId, await this.catchUp(tx, each, restarting.has(workloadId)));
    }
    return outcomes;
  }

  private async followUsual(tx: Tx, news: readonly News[]): Promise<Map<string, Outcome>> {
    const running = news.filter(({ workload }) => workload.runs).map(({ workload }) => workload.workloadId);
    const open = await this.spans.open(tx, running);
    const advances = news.map(({ workload, events }) => ({
      ...{ workload, since: earliest(events) },
      ...advance(workload.progress, open.get(workload.workloadId) ?? [], events.map(factOf)),
    }));
    await this.write(tx, advances);
    return new Map(
      advances.map(({ workload, progress, open: going, since }) => [
        workload.workloadId,
        { progress, runs: going.length > 0, changedSince: since },
      ]),
    );
  }

  /** Applies what the log holds beyond what was applied, or all of it: what follows without a hole, and over a hole what a snapshot says. */
  private async catchUp(tx: Tx, { workload, events }: News, restarts: boolean): Promise<Outcome> {
    const { workloadId } = workload;
    if (restarts) await this.forget(tx, workloadId);
    let progress: Progress = restarts ? { ...beginning, at: null } : workload.progress;
    let open: readonly StoredSpan[] = restarts ? [] : ((await this.spans.open(tx, [workloadId])).get(workloadId) ?? []);
    let facts = await this.events.after(tx, workloadId, progress, PAGE);
    while (facts.length > 0) {
      const step = advance(progress, open, facts);
      ({ progress, open } = step);
      // What goes on may end on the next page: it is stored in the end.
      await this.write(tx, [{ ...step, workload, open: [] }]);
      facts = await this.factsAfter(tx, workloadId, step, facts);
    }
    await this.spans.write(tx, { ended: [], dropped: [], open });
    const isSame = !restarts && progress === workload.progress;
    return { progress, runs: open.length > 0, changedSince: isSame ? null : earliest(events) };
  }

  private factsAfter(tx: Tx, id: string, { applied, progress }: Advance, facts: readonly AcceptedAllocation[]) {
    if (applied < facts.length) return this.events.snapshotAfter(tx, id, progress);
    return this.events.after(tx, id, progress, PAGE);
  }

  private async write(tx: Tx, advances: readonly (Advance & { readonly workload: MeteredWorkload })[]): Promise<void> {
    await this.spans.write(tx, {
      ended: advances.flatMap(({ ended }) => ended),
      dropped: advances.flatMap(({ dropped }) => dropped),
      open: advances.flatMap(({ open }) => open),
    });
    const anomalies = advances.flatMap(({ workload: { workloadId, organizationId }, anomalies: each }) =>
      each.map((anomaly) => ({ ...anomaly, workloadId, organizationId })),
    );
    await this.workloads.noteAnomalies(tx, anomalies);
  }

  private async forget(tx: Tx, workloadId: string): Promise<void> {
    await this.spans.removeAll(tx, workloadId);
    await this.workloads.forgetAnomalies(tx, workloadId);
  }

  private async settle(
    tx: Tx,
    tellings: readonly Telling[],
    workloads: ReadonlyMap<string, MeteredWorkload>,
    outcomes: ReadonlyMap<string, Outcome>,
  ): Promise<void> {
    const settled = tellings.flatMap((telling) => {
      const workload = workloads.get(telling.workloadId);
      return workload ? [settledOf(telling, workload, outcomes.get(telling.workloadId) ?? workload)] : [];
    });
    await this.workloads.settle(tx, settled);
    const unsure = settled.filter(
      ({ workloadId, seen, progress }) => workloads.get(workloadId)?.hasGap || isAfter(seen, progress),
    );
    await this.workloads.noteGaps(
      tx,
      unsure.map(({ workloadId }) => workloadId),
    );
  }

  /** What changes a time that may be billed already is noted, so that it will be corrected. */
  private async noteBilling(tx: Tx, news: readonly News[], outcomes: ReadonlyMap<string, Outcome>): Promise<void> {
    const organizations = Map.groupBy(news, ({ workload }) => workload.organizationId);
    for (const [organizationId, each] of [...organizations].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const { openSince } = each[0]?.workload ?? { openSince: null };
      const told = earliest(each.flatMap(({ events }) => events));
      if (!openSince && told) await this.accounts.ensure(tx, organizationId, told);
      const changed = each.map(({ workload }) => outcomes.get(workload.workloadId)?.changedSince ?? null);
      const since = earlier(changed);
      if (since && (!openSince || since < openSince)) await this.accounts.noteChange(tx, organizationId, since);
    }
  }
}

/** Everything is known so far, and the events are the very next ones: there is no need to look at the log. */
function isUsual({ workload: { progress, seen, hasGap }, events }: News): boolean {
  if (hasGap || isAfter(seen, progress)) return false;
  return events.every((event, index) => {
    const former = events[index - 1];
    return !factOf(event).isSnapshot && follows(former ? positionOf(former) : progress, positionOf(event));
  });
}

const settledOf = (
  { workloadId, seen, isHeard, confirmed }: Telling,
  known: MeteredWorkload,
  { progress, runs }: Pick<Outcome, 'progress' | 'runs'>,
): SettledWorkload => ({
  ...{ workloadId, progress, runs, isHeard },
  seen: isAfter(seen, known.seen) ? seen : known.seen,
  confirmedAt: latest(confirmed.filter(({ position }) => !isAfter(position, progress)).map(({ at }) => at)),
});

const earliest = (events: readonly AllocationEvent[]): Date | null =>
  earlier(events.map(({ data }) => new Date(data.effectiveAt)));

const earlier = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce((a, b) => (a && b ? (a < b ? a : b) : (a ?? b)), null);

const latest = (dates: readonly Date[]): Date | null => dates.reduce<Date | null>((a, b) => (a && a > b ? a : b), null);
