import type { ProcessSize } from '@berth/contracts/common';
import type { CreateTask } from '@berth/contracts/deployment';
import { TASK_PROCESS } from '@berth/contracts/runtime';
import { WorkQueue } from '@berth/reconcile';
import type { DomainError, Tx } from '@berth/service-kit';
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
  async start(tx: Tx, workload: WorkloadRow, wish: CreateTask, by: Actor): Promise<TaskRow> {
    const refusal = await this.refusalOf(tx, workload, wish);
    if (refusal) throw refusal;
    const { id: workloadId, organizationId, currentReleaseId: releaseId, currentRelease: release } = workload;
    if (releaseId === null || release === null) throw neverDeployed();
    const task = newTask({
      ...{ command: wish.command, deadlineSeconds: wish.deadlineSeconds },
      ...{ cpuMillicores: wish.cpuMillicores, memoryMib: wish.memoryMib, releaseId, release },
      ...{ id: this.mint.id(), workloadId, organizationId, deploymentId: null, process: TASK_PROCESS },
      ...{ createdBy: nameOf(by), createdAt: this.mint.now() },
    });
    await this.changes.create(tx, task);
    await this.queue.enqueue(tx, WORKLOADS, workloadId, { group: organizationId });
    return task;
  }

  /** Why it may not run now; undefined when it may. */
  async refusalOf(tx: Tx, workload: WorkloadRow, size: ProcessSize): Promise<DomainError | undefined> {
    if (workload.currentReleaseId === null) return neverDeployed();
    if (workload.isBarred) return taskErrors.WorkloadBarred(BARRED);
    const excess = await this.excessOf(tx, workload, size);
    return excess === null ? undefined : quotaErrors.QuotaExceeded(excess);
  }

  /** Beside all that runs or may run of the workload. */
  private async excessOf(tx: Tx, workload: WorkloadRow, size: ProcessSize): Promise<string | null> {
    const { id: workloadId, organizationId } = workload;
    const releases = (await this.releases.onRuntime(tx, workloadId)).map(({ processes }) => processes);
    const before = reservationOf(workload, releases);
    const after = {
      cpuMillicores: before.cpuMillicores + size.cpuMillicores,
      memoryMib: before.memoryMib + size.memoryMib,
    };
    return this.quotas.excessOf(tx, { workloadId, organizationId, before, after });
  }
}

const neverDeployed = () => workloadErrors.WorkloadNeverDeployed('Nothing was deployed yet.');
