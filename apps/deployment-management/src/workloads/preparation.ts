import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import { Injectable } from '@nestjs/common';
import { isHolding } from '../canaries/canary.js';
import { type DeploymentRow, givesWay } from '../deployments/deployment.js';
import { ReleaseCommands } from '../tasks/release-commands.js';
import { DeploymentSteps } from './deployment-steps.js';
import { Rollouts } from './rollouts.js';
import { RuntimeState } from './runtime-state.js';
import { TagResolution } from './tag-resolution.js';
import { underLock } from './under-lock.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** The step changed what there is to do. */
const goOn = lookAgainIn({ seconds: 0 });
const lookAgainSoon = lookAgainIn({ seconds: 1 });

/** Takes a deployment from the queue to where it may replace instances: release, what can be known to be wrong, release command. */
@Injectable()
export class Preparation {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly steps: DeploymentSteps,
    private readonly workloads: WorkloadsRepository,
    private readonly commands: ReleaseCommands,
    private readonly rollouts: Rollouts,
    private readonly tags: TagResolution,
  ) {}

  async prepare(view: WorkloadView, next: DeploymentRow, context: ReconcileContext): Promise<Outcome> {
    const asked = await this.tags.step(view.workload, next, context);
    if (asked) return this.lookAfter(view, context, asked);
    const begun = await context.transaction((tx) => this.steps.prepare(tx, view.workload.id, next));
    // What nobody has been asked about meanwhile need not be read again; each step looks again under the lock.
    return begun ? this.step({ ...view, ...begun, next: undefined, former: view.target }, begun.moving, context) : goOn;
  }

  /**
   * Undefined when the one that moves is to be waited for. It gives way only to one whose release is made: it is looked after
   * until a registry has said what that one deploys. One that has all requests goes live first, unless it is to be undone or is not whole.
   */
  async replace(view: WorkloadView, context: ReconcileContext): Promise<Outcome | undefined> {
    const { workload, next, moving } = view;
    if (!next || !moving || !givesWay(moving)) return undefined;
    const asked = await this.tags.step(workload, next, context);
    if (asked) return this.lookAfter(view, context, asked);
    if (next.source.kind !== 'release' && goesLiveFirst(moving)) {
      await context.transaction((tx) => this.steps.waitFor(tx, next));
      return undefined;
    }
    await context.transaction((tx) => this.steps.prepare(tx, workload.id, next, moving));
    return goOn;
  }

  async step(view: WorkloadView, moving: DeploymentRow, context: ReconcileContext): Promise<Outcome> {
    const { target } = view;
    if (!target) throw new Error(`Deployment ${moving.id} is preparing without a release.`);
    const command = await this.commands.statusOf(moving, target);
    if (!['none', 'due', 'succeeded'].includes(command)) {
      // The release command runs.
      return this.lookAfter({ ...view, moving: undefined, target: view.former }, context, lookAgainSoon);
    }
    const unfit =
      (await this.runtime.refusalOf(target)) ??
      (await this.runtime.protectionFailure(view.workload, context.signal)) ??
      (await this.runtime.patchFailure(view.workload, target, context.signal));
    const support = await this.runtime.canarySupport(view.workload.id);
    await underLock(context, this.workloads, view.workload.id, (tx, workload) => {
      if (unfit) return this.steps.refuse(tx, workload, moving, unfit);
      return command === 'due'
        ? this.commands.begin(tx, workload, moving, target)
        : this.steps.beginRolling(tx, workload, moving, target, support);
    });
    return goOn;
  }

  /** While a deployment waits, what serves is looked after as ever, and as often as that asks for. */
  private async lookAfter(view: WorkloadView, context: ReconcileContext, then: Outcome): Promise<Outcome> {
    if (!view.target || then.kind !== 'again' || then.seconds <= 0) return then;
    return sooner(then, await this.rollouts.converge(view, view.target, context));
  }
}

/** It does so at once, as soon as another is there to be released. */
const goesLiveFirst = ({ canary }: DeploymentRow): boolean =>
  canary !== null && isHolding(canary) && canary.pausedAt === undefined;

const sooner = (then: Outcome & { kind: 'again' }, other: Outcome | undefined): Outcome =>
  other?.kind === 'again' && other.seconds < then.seconds ? other : then;
