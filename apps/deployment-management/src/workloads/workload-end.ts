import { Blocked, lookAgainIn, type Outcome, type ReconcileContext, settled, WorkQueue } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import { DomainChanges } from '../domains/domain-changes.js';
import { FAILOVERS } from '../failovers/failover-queue.js';
import { Runtimes } from '../runtime/runtimes.js';
import { WorkloadFarewell } from './workload-farewell.js';
import { clusterRemoved, WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';

const UNTIL_GONE_SECONDS = 1;

/** Takes a workload off the runtime: after its deletion, or when its first deployment failed. */
@Injectable()
export class WorkloadEnd {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly reports: WorkloadReports,
    private readonly farewell: WorkloadFarewell,
    private readonly queue: WorkQueue,
    private readonly domains: DomainChanges,
  ) {}

  /** Nothing is or was live: what a failed first deployment left is removed. */
  async clear(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    if (!(await this.isGone(view, context))) return lookAgainIn({ seconds: UNTIL_GONE_SECONDS });
    await this.reports.report(context, { view, desired: null, observed: null });
    await this.reports.reportVolumesGone(context, view);
    return undefined;
  }

  /**
   * Its cluster was removed: what it had there has ended, and it waits until somebody moves it, or its environment's policy
   * does. Undefined when it is on its way.
   */
  async strand(view: WorkloadView, context: ReconcileContext): Promise<undefined> {
    await this.reports.report(context, { view, desired: null, observed: null });
    await this.reports.reportVolumesGone(context, view);
    if (view.elsewhere.some(({ state }) => state === 'arriving')) return;
    await context.transaction((tx) => this.queue.enqueue(tx, FAILOVERS, view.workload.id));
    throw new Blocked('ClusterRemoved', clusterRemoved(view.workload));
  }

  /** The deletion is told only when nothing of it runs any more, on any cluster. */
  async finalize(view: WorkloadView, context: ReconcileContext): Promise<Outcome> {
    const isGoneThere = await this.isGone(view, context);
    if (!(await this.isGoneElsewhere(view, context)) || !isGoneThere)
      return lookAgainIn({ seconds: UNTIL_GONE_SECONDS });
    await context.transaction(async (tx) => {
      await this.farewell.tell(tx, view);
      await this.domains.end(tx, view.workload.id);
    });
    return settled;
  }

  private async isGone(view: WorkloadView, context: ReconcileContext): Promise<boolean> {
    const { id } = view.workload;
    const runtime = await this.runtimes.of(id);
    const observed = await runtime.observe(id, context.signal);
    if (!observed) {
      // A runtime that lost its memory of the workload still has its volumes.
      if (view.workload.deletedAt && view.workload.volumes.length > 0) await runtime.remove(id, context.signal);
      return true;
    }
    await this.reports.reportSeen(context, { view, desired: null, observed });
    await runtime.remove(id, context.signal);
    return false;
  }

  private async isGoneElsewhere(view: WorkloadView, context: ReconcileContext): Promise<boolean> {
    const { id } = view.workload;
    let isGone = true;
    for (const placement of [...view.elsewhere, ...view.further]) {
      const runtime = await this.runtimes.at(placement);
      const observed = await runtime.observe(id, context.signal);
      if (!observed) continue;
      if (!placement.isFirst)
        await this.reports.reportSeen(context, { view, desired: null, observed, cluster: placement.cluster });
      await runtime.remove(id, context.signal);
      isGone = false;
    }
    return isGone;
  }
}
