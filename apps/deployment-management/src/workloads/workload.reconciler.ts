import { lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import type { PlacementRow } from '../clusters/placement.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { TaskRuns } from '../tasks/task-runs.js';
import { Preparation } from './preparation.js';
import { Relocation } from './relocation.js';
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
    private readonly relocation: Relocation,
    private readonly end: WorkloadEnd,
  ) {}

  /** Undefined: all is as it should be. */
  async reconcile(workloadId: string, context: ReconcileContext): Promise<Outcome | undefined> {
    const view = await this.views.load(workloadId);
    if (!view) return settled;
    if (view.workload.deletedAt) return this.afterTasks(view, context, () => this.end.finalize(view, context));
    const onTheWay = await this.relocation.step(view, context);
    // Who answers for it may be another by now.
    if (onTheWay?.kind === 'again' && onTheWay.seconds === 0) return onTheWay;
    // Nothing is begun on a cluster that does not answer and that it is being taken from.
    if (view.elsewhere.some(({ isRescue }) => isRescue)) return onTheWay;
    return this.stepWhile(onTheWay, view, context);
  }

  /** The cluster that a workload leaves may be what cannot be asked: that must not keep it there. */
  private async stepWhile(
    onTheWay: Outcome | undefined,
    view: WorkloadView,
    context: ReconcileContext,
  ): Promise<Outcome | undefined> {
    try {
      return (await this.afterTasks(view, context, () => this.step(view, context))) ?? onTheWay;
    } catch (error) {
      if (error instanceof RuntimeUnavailable && view.elsewhere.some(isArriving)) return onTheWay;
      throw error;
    }
  }

  private async afterTasks(
    view: WorkloadView,
    context: ReconcileContext,
    rest: () => Promise<Outcome | undefined>,
  ): Promise<Outcome | undefined> {
    const tasks = await this.tasks.step(view.workload, view.tasks, context);
    if (tasks === 'changed') return goOn;
    const soon = tasks === 'waiting' ? lookAgainSoon : undefined;
    if (view.workload.deletedAt && soon) return soon;
    return (await rest()) ?? soon;
  }

  private async step(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    const replaced = await this.preparation.replace(view, context);
    if (replaced) return replaced;
    if (view.next && !view.moving) return this.preparation.prepare(view, view.next, context);
    if (view.moving?.status === 'preparing') return this.preparation.step(view, view.moving, context);
    if (view.workload.isClusterGone) return this.end.strand(view, context);
    if (view.target) return this.rollouts.converge(view, view.target, context);
    return this.end.clear(view, context);
  }
}

const isArriving = ({ state }: PlacementRow): boolean => state === 'arriving';
