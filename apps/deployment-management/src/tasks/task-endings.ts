import type { Failure } from '@berth/contracts/common';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type TaskEnding, type TaskRow, timedOut } from './task.js';
import { TaskChanges } from './task-changes.js';
import { TasksRepository } from './tasks.repository.js';

/** The end of a task, and of the deployment that waits for it when it did not succeed: in one transaction. */
@Injectable()
export class TaskEndings {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly changes: TaskChanges,
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
  ) {}

  /** `workload` was read under its row lock. */
  async end(tx: Tx, workload: WorkloadRow, task: TaskRow, ending: TaskEnding): Promise<void> {
    if (!(await this.changes.end(tx, task, ending))) return;
    if (task.deploymentId === null || !ending.failure) return;
    const deployment = await this.deployments.find(tx, task.deploymentId);
    if (deployment) await this.transitions.fail(tx, workload, deployment, ofReleaseCommand(ending.failure));
  }

  /** Answers false when there is no task of that id. `workload` was read under its row lock. */
  async timeOut(tx: Tx, workload: WorkloadRow, taskId: string): Promise<boolean> {
    const task = await this.tasks.find(tx, taskId);
    if (task) await this.end(tx, workload, task, timedOut(task));
    return task !== undefined;
  }
}

const ofReleaseCommand = (failure: Failure): Failure => ({
  ...failure,
  message: `The release command failed. ${failure.message}`.slice(0, 1_000),
});
