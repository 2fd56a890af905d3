import { taskFinished, taskStarted } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import { CONFIG, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { Config } from '../config.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import type { TaskEnding, TaskRow } from './task.js';
import { TasksRepository } from './tasks.repository.js';

const DAY_SECONDS = 86_400;

/** The only place where a task changes its status: row, deadline and event in the caller's transaction. */
@Injectable()
export class TaskChanges {
  constructor(
    private readonly tasks: TasksRepository,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async create(tx: Tx, task: TaskRow): Promise<void> {
    await this.tasks.insert(tx, task);
    await this.due(tx, task, task.deadlineSeconds);
  }

  async start(tx: Tx, task: TaskRow): Promise<void> {
    if (!(await this.tasks.start(tx, task.id, this.mint.now()))) return;
    await this.changes.tell(tx, taskStarted, { ...placeOf(task), data: factOf(task) });
  }

  /** Answers false, and changes nothing, when it had ended before. */
  async end(tx: Tx, task: TaskRow, ending: TaskEnding): Promise<boolean> {
    if (!(await this.tasks.end(tx, task.id, ending, this.mint.now()))) return false;
    await this.due(tx, task, this.config.TASK_DAYS * DAY_SECONDS);
    await this.queue.enqueue(tx, WORKLOADS, task.workloadId);
    const { status, exitCode } = ending;
    await this.changes.tell(tx, taskFinished, { ...placeOf(task), data: { ...factOf(task), status, exitCode } });
    return true;
  }

  /** It ended long ago. One that a runtime could not be rid of meanwhile stays for another day. */
  async dispose(tx: Tx, task: TaskRow): Promise<void> {
    if (!(await this.tasks.remove(tx, task.id))) await this.due(tx, task, DAY_SECONDS);
  }

  /** What is next for it, when nothing else comes before: its deadline, and after its end its disposal. */
  private async due(tx: Tx, { id: name, workloadId: key }: TaskRow, afterSeconds: number): Promise<void> {
    const at = new Date(this.mint.now().getTime() + afterSeconds * 1_000);
    await this.queue.setDeadline(tx, { queue: WORKLOADS, key, name, at });
  }

  /** The deployment that waited for it has ended. */
  async cancelOf(tx: Tx, deploymentId: string): Promise<void> {
    const task = await this.tasks.ofDeployment(tx, deploymentId);
    if (task) await this.end(tx, task, { status: 'cancelled', exitCode: null, failure: null });
  }
}

const placeOf = ({ id, organizationId, workloadId }: TaskRow) => ({
  ...{ subject: id, organizationId, partitionKey: workloadId },
});

const factOf = ({ id: taskId, organizationId, workloadId, deploymentId, release }: TaskRow) => ({
  ...{ organizationId, workloadId, taskId, deploymentId, release },
});
