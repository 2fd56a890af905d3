import { CONFIG } from '@berth/service-kit';
import { lookAgainAbout, lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { TaskRuns } from '../tasks/task-runs.js';
import { Preparation } from './preparation.js';
import { Rollouts } from './rollouts.js';
import { WorkloadEnd } from './workload-end.js';
import { type WorkloadView, WorkloadViews } from './workload-views.js';

const goOn = lookAgainIn({ seconds: 0 });
/** The runtime's hints come first; this is how long a lost hint may delay a task. */
const lookAgainSoon = lookAgainIn({ seconds: 1 });

/**
 * The only loop that moves deployments and the only one that speaks to the runtime about a workload.
 *
 * Each pass reads everything, takes at most one step, and says when to look again; a pass that is repeated changes nothing.
 */
@Injectable()
export class WorkloadReconciler {
  constructor(
    private readonly views: WorkloadViews,
    private readonly tasks: TaskRuns,
    private readonly preparation: Preparation,
    private readonly rollouts: Rollouts,
    private readonly end: WorkloadEnd,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome> {
    const view = await this.views.load(workloadId);
    if (!view) return settled;
    const tasks = await this.tasks.step(view.workload, view.tasks, context);
    if (tasks === 'changed') return goOn;
    const soon = tasks === 'waiting' ? lookAgainSoon : undefined;
    if (view.workload.deletedAt) return soon ?? this.end.finalize(view, context);
    return (await this.step(view, context)) ?? soon ?? lookAgainAbout({ seconds: this.config.RESYNC_SECONDS });
  }

  private step(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    if (view.next && !view.moving) return this.preparation.prepare(view, view.next, context);
    if (view.moving?.status === 'preparing') return this.preparation.step(view, view.moving, context);
    if (view.target) return this.rollouts.converge(view, view.target, context);
    return this.end.clear(view, context);
  }
}
