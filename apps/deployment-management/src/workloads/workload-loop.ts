import { CONFIG, type Tx } from '@berth/service-kit';
import {
  lookAgainAbout,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
} from '@berth/reconcile';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { WorkloadDeadlines } from './workload-deadlines.js';
import { WORKLOADS } from './workload-queue.js';
import { WorkloadReconciler } from './workload.reconciler.js';

/** Has the workloads' queue worked on, and what overran its deadline ended. */
@Injectable()
export class WorkloadLoop implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly reconciler: WorkloadReconciler,
    private readonly deadlines: WorkloadDeadlines,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(WORKLOADS, this, { concurrency: 8, leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    const next = await this.reconciler.reconcile(workloadId, context);
    return next ?? lookAgainAbout({ seconds: this.config.RESYNC_SECONDS });
  }

  overdue(workloadId: string, name: string, tx: Tx): Promise<void> {
    return this.deadlines.end(tx, workloadId, name);
  }
}
