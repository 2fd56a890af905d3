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

/** Steps that follow one another without anybody waiting are taken under one lease; after so many it is the others' turn. */
const STEPS_AT_A_TIME = 5;

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
    const next = await this.stepOn(workloadId, context);
    return next ?? lookAgainAbout({ seconds: this.config.RESYNC_SECONDS });
  }

  private async stepOn(workloadId: string, context: ReconcileContext): Promise<Outcome | undefined> {
    let next = await this.reconciler.reconcile(workloadId, context);
    for (let step = 1; step < STEPS_AT_A_TIME && isAtOnce(next); step++) {
      context.signal.throwIfAborted();
      next = await this.reconciler.reconcile(workloadId, context);
    }
    return next;
  }

  overdue(workloadId: string, name: string, tx: Tx): Promise<void> {
    return this.deadlines.end(tx, workloadId, name);
  }
}

const isAtOnce = (outcome: Outcome | undefined): boolean => outcome?.kind === 'again' && outcome.seconds === 0;
