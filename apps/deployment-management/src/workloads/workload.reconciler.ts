import { lookAgainIn, type Outcome, type ReconcileContext, settled } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import type { PlacementRow } from '../clusters/placement.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { TaskRuns } from '../tasks/task-runs.js';
import type { FurtherLook } from './further-look.js';
import { Preparation } from './preparation.js';
import { Relocation, sooner } from './relocation.js';
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
    if (isAtOnce(onTheWay)) return onTheWay;
    const { looks, next, errors } = await this.relocation.further.step(view, context);
    if (isAtOnce(next)) return next;
    return thenThrow(errors, async () => {
      // Nothing is begun on a cluster that does not answer and that it is being taken from.
      if (view.elsewhere.some(({ isRescue }) => isRescue)) return sooner(onTheWay, next);
      return this.stepWhile(sooner(onTheWay, next), view, looks, context);
    });
  }

  /** The cluster that a workload leaves may be what cannot be asked: that must not keep it there. */
  private async stepWhile(
    onTheWay: Outcome | undefined,
    view: WorkloadView,
    looks: readonly FurtherLook[],
    context: ReconcileContext,
  ): Promise<Outcome | undefined> {
    try {
      return (await this.afterTasks(view, context, () => this.step(view, looks, context))) ?? onTheWay;
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

  private async step(
    view: WorkloadView,
    looks: readonly FurtherLook[],
    context: ReconcileContext,
  ): Promise<Outcome | undefined> {
    const replaced = await this.preparation.replace(view, context);
    if (replaced) return replaced;
    if (view.next && !view.moving) return this.preparation.prepare(view, view.next, context);
    if (view.moving?.status === 'preparing') return this.preparation.step(view, view.moving, context);
    if (view.workload.isClusterGone) return this.end.strand(view, context);
    if (view.target) return this.rollouts.converge(view, view.target, context, looks);
    return this.end.clear(view, context);
  }
}

const isArriving = ({ state, isFirst }: PlacementRow): boolean => isFirst && state === 'arriving';
/** What was held back until the step was done. When the next step follows at once, it is met again there. */
async function thenThrow(
  errors: readonly unknown[],
  step: () => Promise<Outcome | undefined>,
): Promise<Outcome | undefined> {
  const [first] = errors;
  if (first === undefined) return step();
  const outcome = await step().catch((error: unknown) => {
    throw new AggregateError([error, ...errors], `${String(error)}, and beside it: ${errors.join(', ')}`);
  });
  if (isAtOnce(outcome)) return outcome;
  throw first;
}

const isAtOnce = (outcome: Outcome | undefined): boolean => outcome?.kind === 'again' && outcome.seconds === 0;
