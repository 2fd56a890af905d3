import type { Progress } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AcceptedAllocation, beginning, factOf, isAfter, positionOf } from '../accepted-events/accepted-event.js';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { type Advance, advance, type StoredSpan } from './advance.js';
import { type MeteredWorkload, MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { earliestOf, isUsual, type News, type Outcome } from './news.js';
import { SpansRepository } from './spans.repository.js';

/** Facts that are read from the log at once. */
const PAGE = 500;

/**
 * The spans of a workload are a function of the set of its accepted events, whatever their order of arrival: facts are
 * applied in the order of their versions, and one that arrives late makes all of them be applied anew.
 */
@Injectable()
export class SpanMover {
  constructor(
    private readonly events: AcceptedEventsRepository,
    private readonly workloads: MeteredWorkloadsRepository,
    private readonly spans: SpansRepository,
  ) {}

  /** Moves the spans of all workloads that have news, the usual ones together. Answers by workload. */
  async follow(tx: Tx, all: readonly News[]): Promise<ReadonlyMap<string, Outcome>> {
    const news = all.filter(({ fresh }) => fresh.length > 0);
    const outcomes = await this.followUsual(tx, news.filter(isUsual));
    const others = news.filter((each) => !isUsual(each));
    const restarting = await this.restarting(tx, others);
    for (const each of others) {
      const { workloadId } = each.workload;
      outcomes.set(workloadId, await this.catchUp(tx, each, restarting.has(workloadId)));
    }
    return outcomes;
  }

  private async followUsual(tx: Tx, news: readonly News[]): Promise<Map<string, Outcome>> {
    const running = news.map(({ workload }) => workload).filter(({ runs }) => runs);
    const open = await this.spans.open(
      tx,
      running.map(({ workloadId }) => workloadId),
    );
    const advances = news.map((each) => {
      const facts = each.fresh.map(factOf);
      const { workload } = each;
      const { progress, ...moved } = advance(workload.progress, open.get(workload.workloadId) ?? [], facts);
      return { workload, ...moved, progress, changedSince: earliestOf([each]) };
    });
    await this.write(tx, advances);
    return new Map(
      advances.map(({ workload, progress, open: goingOn, changedSince }) => [
        workload.workloadId,
        { progress, runs: goingOn.length > 0, changedSince },
      ]),
    );
  }

  /** The workloads that must be applied anew: something new was told about what was applied already. */
  private async restarting(tx: Tx, news: readonly News[]): Promise<ReadonlySet<string>> {
    const old = news.flatMap((each) =>
      each.fresh.filter((event) => isAfter(each.workload.progress, positionOf(event))),
    );
    return old.length > 0 ? this.events.withNews(tx, old) : new Set();
  }

  /** Applies what the log holds beyond what was applied, or all of it: what follows without a hole, and over a hole what may follow it. */
  private async catchUp(tx: Tx, news: News, restarts: boolean): Promise<Outcome> {
    const { workload } = news;
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
    const isSame = progress === workload.progress;
    return { progress, runs: open.length > 0, changedSince: isSame ? null : earliestOf([news]) };
  }

  private factsAfter(tx: Tx, id: string, { applied, progress }: Advance, facts: readonly AcceptedAllocation[]) {
    if (applied < facts.length) return this.events.overHole(tx, id, progress);
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
    await this.workloads.forgetNotes(tx, workloadId);
  }
}
