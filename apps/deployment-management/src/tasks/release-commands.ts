import type { Release } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { Transitions } from '../deployments/transitions.js';
import { ComputeRoom } from '../workloads/compute-room.js';
import { deadlinesOf, type WorkloadRow } from '../workloads/workload.js';
import { newTask, releaseCommandOf, type TaskRow } from './task.js';
import { TaskChanges } from './task-changes.js';
import { TasksRepository } from './tasks.repository.js';

/** Runs the release command of what is about to roll, once, and lets it roll when that has succeeded. */
@Injectable()
export class ReleaseCommands {
  constructor(
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly changes: TaskChanges,
    private readonly transitions: Transitions,
    private readonly room: ComputeRoom,
    private readonly mint: Mint,
  ) {}

  /** `none`: there is nothing to run; `due`: it is yet to be asked for. */
  async statusOf(moving: DeploymentRow, target: Release): Promise<TaskRow['status'] | 'none' | 'due'> {
    // Other sizes of the same code and config: it has run for that.
    if (moving.source.kind === 'scale' || !releaseCommandOf(target)) return 'none';
    return (await this.tasks.ofDeployment(this.database, moving.id))?.status ?? 'due';
  }

  /** From here on the deadline of the command is that of the deployment. `workload` was read under its row lock. */
  async begin(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, target: Release): Promise<void> {
    const run = releaseCommandOf(target);
    if (!run) return;
    const refusal = await this.room.refusalOf(tx, workload, moving, target);
    if (refusal) return void (await this.transitions.fail(tx, workload, moving, refusal));
    if (!(await this.transitions.note(tx, moving, `Running the release command: ${run.command}`))) return;
    const { command, cpuMillicores, memoryMib } = run;
    await this.transitions.clearDeadline(tx, moving);
    const task = newTask({
      ...{ id: this.mint.id(), workloadId: workload.id, organizationId: workload.organizationId },
      ...{ deploymentId: moving.id, releaseId: target.id, release: target.number, process: RELEASE_PROCESS },
      ...{ command, cpuMillicores, memoryMib, deadlineSeconds: deadlinesOf(workload).releaseCommand },
      ...{ createdBy: moving.createdBy, createdAt: this.mint.now() },
    });
    await this.changes.create(tx, task);
  }
}
