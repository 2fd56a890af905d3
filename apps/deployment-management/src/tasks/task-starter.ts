import type { Caller } from '@berth/access';
import type { CreateTask } from '@berth/contracts/deployment';
import { TASK_PROCESS } from '@berth/contracts/runtime';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Actor, nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { Quotas } from '../quotas/quotas.js';
import { quotaErrors } from '../quotas/quotas.errors.js';
import { reservationOf } from '../quotas/reservation.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { workloadErrors } from '../workloads/workloads.errors.js';
import { newTask, type TaskRow } from './task.js';
import { TaskChanges } from './task-changes.js';
import { BARRED } from './task-runs.js';
import { taskErrors } from './tasks.errors.js';

/** Has a command run once on the current release of a workload, when there is room for it. */
@Injectable()
export class TaskStarter {
  constructor(
    private readonly changes: TaskChanges,
    private readonly releases: ReleasesRepository,
    private readonly quotas: Quotas,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** `workload` was read under its row lock. @throws 409 when nothing was deployed, nothing may run, or over quota */
  async start(tx: Tx, workload: WorkloadRow, wish: CreateTask, by: Caller): Promise<TaskRow> {
    const { id: workloadId, organizationId, currentReleaseId, currentRelease } = workload;
    if (currentReleaseId === null || currentRelease === null)
      throw workloadErrors.WorkloadNeverDeployed('Nothing was deployed yet.');
    if (workload.isBarred) throw taskErrors.WorkloadBarred(BARRED);
    const excess = await this.excessOf(tx, workload, wish);
    if (excess !== null) throw quotaErrors.QuotaExceeded(excess);
    const task = newTask({
      ...wish,
      ...{ id: this.mint.id(), workloadId, organizationId, deploymentId: null, process: TASK_PROCESS },
      ...{ releaseId: currentReleaseId, release: currentRelease },
      ...{ createdBy: nameOf(by satisfies Actor), createdAt: this.mint.now() },
    });
    await this.changes.create(tx, task);
    await this.queue.enqueue(tx, WORKLOADS, workloadId, { group: organizationId });
    return task;
  }

  /** Beside all that runs or may run of the workload. */
  private async excessOf(tx: Tx, workload: WorkloadRow, wish: CreateTask): Promise<string | null> {
    const { id: workloadId, organizationId } = workload;
    const releases = (await this.releases.onRuntime(tx, workloadId)).map(({ processes }) => processes);
    const before = reservationOf(workload, releases);
    const after = {
      cpuMillicores: before.cpuMillicores + wish.cpuMillicores,
      memoryMib: before.memoryMib + wish.memoryMib,
    };
    return this.quotas.excessOf(tx, { workloadId, organizationId, before, after });
  }
}
