import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isUnpromoted, Unpromoted } from '../canaries/unpromoted.js';
import { notAsked, type PlacementRow } from '../clusters/placement.js';
import { RuntimeRefused, RuntimeUnavailable } from '../runtime/runtime.js';
import { isOpen } from '../tasks/task.js';
import { refusalBy } from './further-look.js';
import { isServed, judgeRollout } from './rollout.js';
import { FurtherPlacements, viewAt } from './further-placements.js';
import { RelocationSteps } from './relocation-steps.js';
import { RuntimeState } from './runtime-state.js';
import { Witness } from './witness.js';
import type { WorkloadView } from './workload-views.js';

const goOn = lookAgainIn({ seconds: 0 });
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** When it answers again, everything that stands there is looked at anyway. */
const lookAgainLater = lookAgainIn({ seconds: 15 });

/** Takes a workload to the clusters that it is on its way to, and from those that it has left: a step a pass for each. */
@Injectable()
export class Relocation {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly steps: RelocationSteps,
    private readonly witness: Witness,
    private readonly unpromoted: Unpromoted,
    private readonly clock: Clock,
    /** Those beside the first, where it stays. */
    readonly further: FurtherPlacements,
  ) {}

  /** Undefined when it stands where it is to stand. */
  async step(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    let next: Outcome | undefined;
    for (const placement of view.elsewhere)
      next = sooner(next, await this.stepAt(placement, viewAt(placement, view), context));
    return next;
  }

  /** A cluster that cannot be asked holds up nothing on another. */
  private async stepAt(placement: PlacementRow, view: WorkloadView, context: ReconcileContext): Promise<Outcome> {
    try {
      if (placement.state === 'arriving') return await this.arrive(placement, view, context);
      return await this.drain(placement, view, context);
    } catch (error) {
      if (error instanceof RuntimeRefused && placement.state === 'arriving')
        return this.fail(placement, view, context, refusalBy(error));
      if (!(error instanceof RuntimeUnavailable)) throw error;
      const message = notAsked(placement, error);
      if (isLeaving(placement) && placement.isOutOfReach)
        await this.steps.reports.reportSilence(context, view, placement, message);
      await this.steps.note(context, view, placement, message);
      return placement.state === 'arriving' ? lookAgainSoon : lookAgainLater;
    }
  }

  private async arrive(placement: PlacementRow, view: WorkloadView, context: ReconcileContext): Promise<Outcome> {
    const { target, workload } = view;
    if (workload.volumes.length > 0) {
      await this.steps.turnBack(context, view, placement, 'It was given volumes, which stay where they are.');
      return goOn;
    }
    if (placement.isGone) {
      await this.steps.turnBack(context, view, placement, 'The cluster was removed.');
      return goOn;
    }
    // Nothing was ever live: there is nothing to prove.
    if (!target) return this.takeOver(placement, view, context, null);
    if (view.moving && isUnpromoted(view.moving)) {
      await this.unpromoted.giveWay(context, workload.id);
      return goOn;
    }
    if (view.moving?.canary) return this.wait(placement, view, context, 'A canary is under way; it comes first');
    const { desired, observed } = await this.bring(placement, view, target, context);
    const rollout = judgeRollout(desired, observed);
    // What a deployment brings about is judged where the workload stands; the arrival comes after it.
    if (view.moving) return this.wait(placement, view, context, 'A deployment is under way; it comes first');
    // They run on the first cluster. Of a rescue: they were asked for since, and begin where it arrives.
    if (placement.isFirst && !placement.isRescue && view.tasks.some(isOpen))
      return this.wait(placement, view, context, 'A command is running; it comes first');
    if (rollout.kind === 'progressing') return this.wait(placement, view, context, rollout.message);
    if (rollout.kind === 'failed') return this.fail(placement, view, context, rollout.failure);
    // From here on its usage is that of these instances.
    if (!isServed(desired, observed)) return this.wait(placement, view, context, 'No instance gets requests there yet');
    const silence = await this.runtime.silentRoute(desired, context.signal, placement);
    if (silence !== null) return this.wait(placement, view, context, silence);
    return this.takeOver(placement, view, context, observed);
  }

  private async fail(
    placement: PlacementRow,
    view: WorkloadView,
    context: ReconcileContext,
    failure: Failure,
  ): Promise<Outcome> {
    // What a deployment brings about is judged where the workload stands; the arrival comes after it.
    if (view.moving || !view.target)
      return this.wait(placement, view, context, 'A deployment is under way; it comes first');
    const { message } = await this.witness.masked(view.target, failure);
    await this.steps.turnBack(context, view, placement, message);
    return goOn;
  }

  private async takeOver(
    placement: PlacementRow,
    view: WorkloadView,
    context: ReconcileContext,
    observed: Parameters<RelocationSteps['takeOver']>[2]['observed'],
  ): Promise<Outcome> {
    if (!placement.isFirst) {
      await this.steps.activate(context, view, placement, observed);
      return goOn;
    }
    const isFormerThere = await this.isFormerThere(view, context);
    await this.steps.takeOver(context, view, { placement, observed, isFormerThere });
    return goOn;
  }

  /** Whether what serves until now can still be asked: if not, its usage ended when it was last certain. */
  private async isFormerThere({ workload }: WorkloadView, context: ReconcileContext): Promise<boolean> {
    try {
      return (await this.runtime.observe(workload.id, context.signal)) !== null;
    } catch (error) {
      if (error instanceof RuntimeUnavailable) return false;
      throw error;
    }
  }

  private async drain(placement: PlacementRow, view: WorkloadView, context: ReconcileContext): Promise<Outcome> {
    const { id } = view.workload;
    const seconds = ((placement.drainUntil?.getTime() ?? 0) - this.clock.now().getTime()) / 1_000;
    const isAwaited = seconds <= 0 && this.waits(placement, view);
    if ((seconds > 0 || isAwaited) && view.target && !placement.isGone) {
      if (!view.moving) await this.serveOn(placement, view, view.target, context);
      return isAwaited ? lookAgainSoon : lookAgainIn({ seconds });
    }
    const observed = await this.runtime.observe(id, context.signal, placement);
    if (observed === null) {
      await this.steps.leave(context, view, placement);
      return goOn;
    }
    if (isLeaving(placement))
      await this.steps.reports.reportSeen(context, { view, desired: null, observed, cluster: placement.cluster });
    await this.runtime.remove(id, context.signal, placement);
    return lookAgainSoon;
  }

  /** The new first stood beside it with counts of its own. Where it comes to nothing there is nothing to wait for. */
  private waits({ waitsUntil }: PlacementRow, { workload, first }: WorkloadView): boolean {
    if (!waitsUntil || waitsUntil <= this.clock.now() || !first || first.isGone) return false;
    return workload.observedGeneration < workload.generation || first.report?.phase === 'rolling';
  }

  private async serveOn(
    placement: PlacementRow,
    view: WorkloadView,
    target: Release,
    context: ReconcileContext,
  ): Promise<void> {
    const { cluster } = placement;
    const brought = await this.bring(placement, view, target, context);
    if (isLeaving(placement)) await this.steps.reports.reportFurther(context, { view, ...brought, cluster }, placement);
  }

  private async bring(placement: PlacementRow, view: WorkloadView, target: Release, context: ReconcileContext) {
    const { signal } = context;
    const found = await this.runtime.observe(view.workload.id, signal, placement);
    if (!found && isLeaving(placement)) await this.steps.reports.reportGone(context, view, placement.cluster);
    return this.runtime.bring(view, target, found, signal, placement);
  }

  private async wait(
    placement: PlacementRow,
    view: WorkloadView,
    context: ReconcileContext,
    message: string,
  ): Promise<Outcome> {
    await this.steps.note(context, view, placement, message);
    return lookAgainSoon;
  }
}

/** Beside the first: what serves on there counts, as that of a move does not. */
const isLeaving = ({ state, isFirst }: PlacementRow): boolean => state === 'draining' && !isFirst;

/** Of when to look again. */
export function sooner<Other extends Outcome | undefined>(one: Outcome | undefined, other: Other): Outcome | Other {
  if (one?.kind !== 'again' || other?.kind !== 'again') return other ?? (one as Outcome | Other);
  return one.seconds <= other.seconds ? one : other;
}
