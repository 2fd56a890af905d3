import type { Failure } from '@berth/contracts/common';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { isOpen, type TaskEnding, type TaskRow, timedOut } from './task.js';
import { TaskChanges } from './task-changes.js';
import { TaskUsage } from './task-usage.js';
import { TasksRepository } from './tasks.repository.js';

/** The end of a task, and of the deployment that waits for it when it did not succeed: in one transaction. */
@Injectable()
export class TaskEndings {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly changes: TaskChanges,
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly usage: TaskUsage,
    private readonly mint: Mint,
  ) {}

  /** `workload` was read under its row lock. */
  async end(tx: Tx, workload: WorkloadRow, task: TaskRow, ending: TaskEnding): Promise<void> {
    if (!(await this.changes.end(tx, task, ending))) return;
    await this.usage.end(tx, workload, task, ending.at === undefined ? this.mint.now() : new Date(ending.at));
    if (task.deploymentId === null || !ending.failure) return;
    const deployment = await this.deployments.find(tx, task.deploymentId);
    if (deployment) await this.transitions.fail(tx, workload, deployment, ofReleaseCommand(ending.failure));
  }

  /** It has overrun its deadline, or the time for which it is kept. Answers false when there is no task of that id. */
  async timeOut(tx: Tx, workload: WorkloadRow, taskId: string): Promise<boolean> {
    const task = await this.tasks.find(tx, taskId);
    if (!task) return false;
    await (isOpen(task) ? this.end(tx, workload, task, timedOut(task)) : this.changes.dispose(tx, task));
    return true;
  }
}

const ofReleaseCommand = (failure: Failure): Failure => ({
  ...failure,
  message: `The release command failed. ${failure.message}`.slice(0, 1_000),
});
