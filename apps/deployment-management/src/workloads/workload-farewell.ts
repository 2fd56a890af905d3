import { workloadDeleted } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { ENVIRONMENTS } from '../environments/environment-queue.js';
import { VolumeUsage } from '../volumes/volume-usage.js';
import { countedBeside } from './workload.js';
import { WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** What is written when nothing of a deleted workload is left on any cluster. */
@Injectable()
export class WorkloadFarewell {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly reports: WorkloadReports,
    private readonly volumes: VolumeUsage,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** Once: nothing when it was told before. */
  async tell(tx: Tx, view: WorkloadView): Promise<void> {
    const { id: workloadId, appId, environmentId, projectId, organizationId } = view.workload;
    if (!(await this.workloads.markFinished(tx, workloadId, this.mint.now()))) return;
    for (const cluster of countedBeside(view.workload))
      await this.reports.recordAllocation(tx, { view, desired: null, observed: null, cluster });
    await this.reports.recordAllocation(tx, { view, desired: null, observed: null });
    await this.volumes.recordEnd(tx, view.workload);
    const data = { organizationId, projectId, environmentId, appId, workloadId };
    await this.changes.tell(tx, workloadDeleted, { subject: workloadId, organizationId, data });
    await this.queue.enqueue(tx, ENVIRONMENTS, environmentId);
  }
}
