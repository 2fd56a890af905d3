import { workloadDeleted } from '@berth/contracts/events';
import { lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { Runtimes } from '../runtime/runtimes.js';
import { VolumeUsage } from '../volumes/volume-usage.js';
import { WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

const UNTIL_GONE_SECONDS = 1;

/** Takes a workload off the runtime: after its deletion, or when its first deployment failed. */
@Injectable()
export class WorkloadEnd {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly reports: WorkloadReports,
    private readonly workloads: WorkloadsRepository,
    private readonly volumes: VolumeUsage,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** Nothing is or was live: what a failed first deployment left is removed. */
  async clear(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    if (!(await this.isGone(view, context))) return lookAgainIn({ seconds: UNTIL_GONE_SECONDS });
    await this.reports.report(context, { view, desired: null, observed: null });
    await this.reports.reportVolumesGone(context, view);
    return undefined;
  }

  /** The deletion is told only when nothing of it runs any more. */
  async finalize(view: WorkloadView, context: ReconcileContext): Promise<Outcome> {
    if (!(await this.isGone(view, context))) return lookAgainIn({ seconds: UNTIL_GONE_SECONDS });
    const { id: workloadId, appId, environmentId, projectId, organizationId } = view.workload;
    await context.transaction(async (tx) => {
      if (!(await this.workloads.markFinished(tx, workloadId, this.mint.now()))) return;
      await this.reports.recordAllocation(tx, { view, desired: null, observed: null });
      await this.volumes.recordEnd(tx, view.workload);
      const data = { organizationId, projectId, environmentId, appId, workloadId };
      await this.changes.tell(tx, workloadDeleted, { subject: workloadId, organizationId, data });
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
}
