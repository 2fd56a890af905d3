import { CONFIG, type Tx } from '@berth/service-kit';
import { type Outcome, type ReconcileContext, type Reconciler, ReconcileRunner } from '@berth/reconcile';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { TaskEndings } from '../tasks/task-endings.js';
import { DeploymentSteps } from './deployment-steps.js';
import { WORKLOADS } from './workload-queue.js';
import { WorkloadReconciler } from './workload.reconciler.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** Has the workloads' queue worked on, and what overran its deadline ended. */
@Injectable()
export class WorkloadLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly reconciler: WorkloadReconciler,
    private readonly steps: DeploymentSteps,
    private readonly tasks: TaskEndings,
    private readonly workloads: WorkloadsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(WORKLOADS, this, { concurrency: 8, leaseSeconds: this.config.LEASE_SECONDS });
  }

  reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    return this.reconciler.reconcile(workloadId, context);
  }

  /** Whatever its worker is doing, which the queue has already fenced off. `name`: id of a task or a deployment. */
  async overdue(workloadId: string, name: string, tx: Tx): Promise<void> {
    const workload = await this.workloads.lock(tx, workloadId);
    if (!workload || (await this.tasks.timeOut(tx, workload, name))) return;
    await this.steps.timeOut(tx, workload, name);
  }
}
