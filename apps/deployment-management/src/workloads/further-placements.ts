import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import type { PlacementRow } from '../clusters/placement.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import type { FurtherLook } from './further-look.js';
import { RelocationSteps } from './relocation-steps.js';
import { judgeRollout } from './rollout.js';
import { RuntimeState } from './runtime-state.js';
import { WorkloadReports } from './workload-reports.js';
import type { WorkloadView } from './workload-views.js';

const goOn = lookAgainIn({ seconds: 0 });
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** A hint tells when a cluster answers again; one that was lost is made up for by this. */
const lookAgainLater = lookAgainIn({ seconds: 15 });

/** What was seen on the clusters beside the first, and when to look again. */
export interface FurtherPass {
  readonly looks: readonly FurtherLook[];
  readonly next: Outcome | undefined;
}

/** Keeps a workload on the clusters beside the first as it is to be: a step a pass for each, whatever becomes of the others. */
@Injectable()
export class FurtherPlacements {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly reports: WorkloadReports,
    private readonly steps: RelocationSteps,
  ) {}

  async step(view: WorkloadView, context: ReconcileContext): Promise<FurtherPass> {
    const looks: FurtherLook[] = [];
    for (const placement of view.further) {
      if (placement.isGone) {
        await this.steps.lose(context, view, placement, 'The cluster was removed.');
        return { looks: [], next: goOn };
      }
      const look = await this.lookAt(placement, shown(view), context);
      if (look) looks.push(look);
    }
    return { looks, next: nextOf(looks) };
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
      if (!(error instanceof RuntimeUnavailable)) throw error;
      const message = `The cluster could not be asked: ${error.message}`;
      const seen = { placement, observation: null, silence: null };
      // One answer that did not come may have been lost on the way.
      if (!placement.isUnreachable) return { ...seen, rollout: { kind: 'progressing', message, evidence: [] } };
      await this.reports.reportSilence(context, view, placement, message);
      return { ...seen, rollout: { kind: 'absent', message } };
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
    const brought = await this.runtime.bring(there, view.target, found, signal, placement);
    const observation = { view: there, ...brought, cluster };
    await this.reports.reportFurther(context, observation, placement);
    const rollout = judgeRollout(brought.desired, brought.observed);
    const isAsked = view.moving?.status === 'verifying' && rollout.kind === 'rolled';
    const silence = isAsked ? await this.runtime.silentRoute(brought.desired, signal, placement) : null;
    return { placement, rollout, observation, silence };
  }
}

/** A workload as it is to be on one of its clusters: there it has counts of its own. */
export const viewAt = ({ isFirst, counts }: PlacementRow, view: WorkloadView): WorkloadView =>
  isFirst ? view : { ...view, workload: { ...view.workload, counts } };

/** Until a deployment may replace instances, what was live before it is looked after. */
const shown = (view: WorkloadView): WorkloadView =>
  view.moving?.status === 'preparing' ? { ...view, moving: undefined, target: view.former } : view;

function nextOf(looks: readonly FurtherLook[]): Outcome | undefined {
  if (looks.some(({ rollout }) => rollout.kind === 'progressing')) return lookAgainSoon;
  return looks.some(({ rollout }) => rollout.kind === 'absent') ? lookAgainLater : undefined;
}
