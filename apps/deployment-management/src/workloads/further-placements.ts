import type { Release } from '@berth/contracts/deployment';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import { notAsked, type PlacementRow } from '../clusters/placement.js';
import { RuntimeRefused, RuntimeUnavailable } from '../runtime/runtime.js';
import { type FurtherLook, refusalBy } from './further-look.js';
import { RelocationSteps } from './relocation-steps.js';
import { judgeRollout } from './rollout.js';
import { RuntimeState } from './runtime-state.js';
import { Witness } from './witness.js';
import { type Observation, WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';

const goOn = lookAgainIn({ seconds: 0 });
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** A hint tells when a cluster answers again; one that was lost is made up for by this. */
const lookAgainLater = lookAgainIn({ seconds: 15 });

/** What was seen on the clusters beside the first, and when to look again. */
export interface FurtherPass {
  readonly looks: readonly FurtherLook[];
  readonly next: Outcome | undefined;
  /** What nobody reckoned with, to be thrown when the first cluster has had its step. */
  readonly errors: readonly unknown[];
}

/** Keeps a workload on the clusters beside the first as it is to be: a step a pass for each, whatever becomes of the others. */
@Injectable()
export class FurtherPlacements {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly reports: WorkloadReports,
    private readonly steps: RelocationSteps,
    private readonly witness: Witness,
  ) {}

  async step(view: WorkloadView, context: ReconcileContext): Promise<FurtherPass> {
    const looks: FurtherLook[] = [];
    const errors: unknown[] = [];
    for (const placement of view.further) {
      if (placement.isGone) {
        await this.steps.lose(context, view, placement, 'The cluster was removed.');
        return { looks: [], next: goOn, errors };
      }
      try {
        const look = await this.lookAt(placement, shown(view), context);
        if (look) looks.push(look);
      } catch (error) {
        errors.push(error);
        looks.push(unseen(placement, 'Looking after it failed there: the log of the platform says why.'));
      }
    }
    return { looks, next: nextOf(looks, view.moving !== undefined), errors };
  }

  /** Undefined when nothing is to run there, nor does. */
  private async lookAt(
    placement: PlacementRow,
    view: WorkloadView,
    context: ReconcileContext,
  ): Promise<FurtherLook | undefined> {
    try {
      return await this.converge(placement, view, context);
    } catch (error) {
      if (!cannotBeAsked(error, placement)) throw error;
      const message = notAsked(placement, error);
      // One answer that did not come may have been lost on the way.
      if (!placement.isOutOfReach) return unseen(placement, message);
      await this.reports.reportSilence(context, view, placement, message);
      return { ...unseen(placement, message), rollout: { kind: 'absent', message } };
    }
  }

  private async converge(
    placement: PlacementRow,
    view: WorkloadView,
    context: ReconcileContext,
  ): Promise<FurtherLook | undefined> {
    const { signal } = context;
    const there = viewAt(placement, view);
    const { cluster } = placement;
    const found = await this.runtime.observe(view.workload.id, signal, placement);
    if (!view.target) {
      if (found) await this.runtime.remove(view.workload.id, signal, placement);
      await this.reports.reportFurther(context, { view: there, desired: null, observed: null, cluster }, placement);
      return undefined;
    }
    if (!found) await this.reports.reportGone(context, there, cluster);
    const seen = { view: there, desired: null, observed: found, cluster };
    try {
      return await this.bring(placement, seen, view.target, context);
    } catch (error) {
      if (!(error instanceof RuntimeRefused) || placement.isOutOfReach) throw error;
      const failure = await this.witness.masked(view.target, refusalBy(error));
      await this.reports.reportRefusal(context, seen, placement, failure.message);
      return { placement, rollout: { kind: 'failed', failure }, observation: null, silence: null };
    }
  }

  private async bring(
    placement: PlacementRow,
    { view, observed: found, cluster }: Observation,
    target: Release,
    context: ReconcileContext,
  ): Promise<FurtherLook> {
    const { signal } = context;
    const brought = await this.runtime.bring(view, target, found, signal, placement);
    const observation = { view, ...brought, cluster };
    await this.reports.reportFurther(context, observation, placement);
    const rollout = judgeRollout(brought.desired, brought.observed);
    const isAsked = view.moving?.status === 'verifying' && rollout.kind === 'rolled';
    const silence = isAsked ? await this.runtime.silentRoute(brought.desired, signal, placement) : null;
    return { placement, rollout, observation, silence };
  }
}

/** One that refuses everything refuses nothing in particular. */
const cannotBeAsked = (error: unknown, { isOutOfReach }: PlacementRow): error is Error =>
  error instanceof RuntimeUnavailable || (error instanceof RuntimeRefused && isOutOfReach);

/** Whatever waits for it waits on. */
const unseen = (placement: PlacementRow, message: string): FurtherLook => ({
  ...{ placement, observation: null, silence: null },
  rollout: { kind: 'progressing', message },
});

/** A workload as it is to be on one of its clusters: there it has counts of its own. */
export const viewAt = ({ isFirst, counts }: PlacementRow, view: WorkloadView): WorkloadView =>
  isFirst ? view : { ...view, workload: { ...view.workload, counts } };

/** Until a deployment may replace instances, what was live before it is looked after. */
const shown = (view: WorkloadView): WorkloadView =>
  view.moving?.status === 'preparing' ? { ...view, moving: undefined, target: view.former } : view;

/** Of what comes up by itself hints tell, and a lost one is made up for as everywhere. */
function nextOf(looks: readonly FurtherLook[], isMoving: boolean): Outcome | undefined {
  const late = looks.filter(({ rollout }) => rollout.kind === 'progressing');
  if (late.some(({ observation }) => isMoving || observation === null)) return lookAgainSoon;
  // Nothing tells when it cannot be asked, or takes no longer what it has refused.
  return looks.some(({ observation }) => observation === null) ? lookAgainLater : undefined;
}
