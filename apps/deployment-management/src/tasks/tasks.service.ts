import type { Caller, Permission } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateTask, TaskQuery } from '@berth/contracts/deployment';
import { Database, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { notFound } from '../not-found.js';
import { WorkloadAccess } from '../workloads/workload-access.js';
import { isOpen, type TaskRow } from './task.js';
import { TaskEndings } from './task-endings.js';
import { TaskStarter } from './task-starter.js';
import { taskErrors } from './tasks.errors.js';
import { TasksRepository } from './tasks.repository.js';

@Injectable()
export class TasksService {
  constructor(
    private readonly database: Database,
    private readonly tasks: TasksRepository,
    private readonly workloads: WorkloadAccess,
    private readonly starter: TaskStarter,
    private readonly endings: TaskEndings,
    private readonly changes: Changes,
  ) {}

  async create(caller: Caller, workloadId: string, wish: CreateTask): Promise<TaskRow> {
    await this.workloads.require(caller, workloadId, 'tasks:create');
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const task = await this.starter.start(tx, workload, wish, caller);
      // Not the command: it may hold a secret.
      await this.act(tx, caller, 'tasks:create', task, { workloadId, release: task.release });
      return task;
    });
  }

  async list(caller: Caller, query: TaskQuery): Promise<Page<TaskRow>> {
    await this.workloads.require(caller, query.workload, 'tasks:read');
    return toPage(await this.tasks.list(this.database.confined, query), query.limit, (task) => task.id);
  }

  /** @throws 404 when it does not exist or the caller may not know that it does */
  async find(caller: Caller, id: string, permission: Permission): Promise<TaskRow> {
    const task = await this.tasks.find(this.database, id);
    if (!task) throw notFound();
    await this.workloads.require(caller, task.workloadId, permission);
    return task;
  }

  /** What runs of it is ended by the reconciler. @throws 409 when it has ended, or a deployment waits for it */
  async cancel(caller: Caller, id: string): Promise<TaskRow> {
    const { workloadId } = await this.find(caller, id, 'tasks:cancel');
    return this.database.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, workloadId);
      const task = await this.tasks.find(tx, id);
      if (!task) throw notFound();
      if (task.deploymentId) throw taskErrors.TaskOfDeployment('A deployment waits for it: cancel the deployment.');
      if (!isOpen(task)) throw taskErrors.TaskEnded(`It is ${task.status} already.`);
      await this.endings.end(tx, workload, task, { status: 'cancelled', exitCode: null, failure: null });
      await this.act(tx, caller, 'tasks:cancel', task, { phase: task.status });
      return (await this.tasks.find(tx, id)) ?? task;
    });
  }

  private act(tx: Tx, by: Caller, action: Permission, { id, organizationId }: TaskRow, detail: object): Promise<void> {
    return this.changes.act(tx, { by, action, target: { kind: 'task', id }, organizationId, detail: { ...detail } });
  }
}
