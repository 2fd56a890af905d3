import { CONFIG, type Tx } from '@berth/service-kit';
import {
  lookAgainAbout,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
} from '@berth/reconcile';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../config.js';
import { WORKLOADS } from '../deployments/transitions.js';
import { DeploymentSteps } from './deployment-steps.js';
import { Rollouts } from './rollouts.js';
import { WorkloadEnd } from './workload-end.js';
import { type WorkloadView, WorkloadViews } from './workload-views.js';

/**
 * The only loop that moves deployments and the only one that speaks to the runtime about a workload.
 *
 * Each pass reads everything, takes at most one step, and says when to look again; a pass that is repeated changes nothing.
 */
@Injectable()
export class WorkloadReconciler implements Reconciler, OnModuleInit {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly views: WorkloadViews,
    private readonly rollouts: Rollouts,
    private readonly steps: DeploymentSteps,
    private readonly end: WorkloadEnd,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.runner.register(WORKLOADS, this, { concurrency: 8, leaseSeconds: this.config.LEASE_SECONDS });
  }

  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    const view = await this.views.load(workloadId);
    if (!view) return settled;
    if (view.workload.deletedAt) return this.end.finalize(view, context);
    return (await this.step(view, context)) ?? lookAgainAbout({ seconds: this.config.RESYNC_SECONDS });
  }

  /** Past its deadline: ended whatever its worker is doing, which the queue has already fenced off. */
  overdue(workloadId: string, deploymentId: string, tx: Tx): Promise<void> {
    return this.steps.timeOut(tx, workloadId, deploymentId);
  }

  private step(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    if (view.next && !view.moving) return this.rollouts.prepare(view, view.next, context);
    if (view.moving?.status === 'preparing') return this.rollouts.begin(view, view.moving, context);
    if (view.target) return this.rollouts.converge(view, view.target, context);
    return this.end.clear(view, context);
  }
}
