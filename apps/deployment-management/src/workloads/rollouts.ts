import type { Release } from '@berth/contracts/deployment';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DeploymentRow } from '../deployments/deployment.js';
import { Transitions } from '../deployments/transitions.js';
import { ComputeRoom } from './compute-room.js';
import { DeploymentSteps } from './deployment-steps.js';
import { judgeRollout } from './rollout.js';
import { RuntimeState } from './runtime-state.js';
import { type Observation, WorkloadReports } from './workload-reports.js';
import type { WorkloadRow } from './workload.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** The runtime's hints come first; this is how long a lost hint may delay a moving deployment. */
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** The step changed what there is to do. */
const goOn = lookAgainIn({ seconds: 0 });

/** Moves one deployment from the queue to live, a step a pass, by what was observed. */
@Injectable()
export class Rollouts {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly steps: DeploymentSteps,
    private readonly reports: WorkloadReports,
    private readonly transitions: Transitions,
    private readonly workloads: WorkloadsRepository,
    private readonly room: ComputeRoom,
  ) {}

  async prepare(view: WorkloadView, next: DeploymentRow, context: ReconcileContext): Promise<Outcome> {
    await context.transaction((tx) => this.steps.prepare(tx, view.workload.id, next));
    return goOn;
  }

  /** What can be known to be wrong before an instance is touched is found here. */
  async begin(view: WorkloadView, moving: DeploymentRow, context: ReconcileContext): Promise<Outcome> {
    const { target } = view;
    if (!target) throw new Error(`Deployment ${moving.id} is preparing without a release.`);
    const unfit = await this.runtime.refusalOf(target);
    await this.commit(view, context, async (tx, workload) => {
      const refusal = unfit ?? (await this.room.refusalOf(tx, workload, moving, target));
      if (refusal) await this.transitions.fail(tx, workload, moving, refusal);
      else await this.steps.beginRolling(tx, workload, moving);
    });
    return goOn;
  }

  /** Makes the runtime's state that of `target`, writes down what is there, and moves the deployment if one moves. */
  async converge(view: WorkloadView, target: Release, context: ReconcileContext): Promise<Outcome | undefined> {
    const { workload } = view;
    const found = await this.runtime.observe(workload.id, context.signal);
    if (!found) await this.reports.reportGone(context, view);
    const { desired, observed } = await this.runtime.bring(view, target, found, context.signal);
    const observation = { view, desired, observed };
    await this.reports.report(context, observation);
    return view.moving && this.advance(view.moving, observation, context);
  }

  private async advance(
    moving: DeploymentRow,
    observation: Observation & { desired: NonNullable<Observation['desired']> },
    context: ReconcileContext,
  ): Promise<Outcome> {
    const { view } = observation;
    const rollout = judgeRollout(observation.desired, observation.observed);
    if (rollout.kind === 'progressing') return lookAgainSoon;
    if (rollout.kind === 'failed') {
      await this.commit(view, context, (tx, workload) => this.transitions.fail(tx, workload, moving, rollout.failure));
      return goOn;
    }
    if (moving.status === 'rolling') {
      const step = {
        to: 'verifying' as const,
        by: 'platform' as const,
        message: 'All instances are ready; asking for the route',
      };
      await this.commit(view, context, (tx, workload) => this.transitions.advance(tx, workload, moving, step));
      return goOn;
    }
    if (!(await this.runtime.routeAnswers(observation.desired, context.signal))) return lookAgainSoon;
    await this.commit(view, context, (tx, workload) => this.goLive(tx, workload, moving, observation));
    return goOn;
  }

  private async goLive(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, observation: Observation): Promise<void> {
    const { target } = observation.view;
    if (!target || !(await this.steps.goLive(tx, workload, moving, target))) return;
    await this.reports.recordAllocation(tx, observation, target.number);
  }

  /**
   * A step begins with the workload's row lock, as requests and events do: one that took the deployment's row first would
   * meet a cancel that holds the workload's.
   */
  private commit(
    view: WorkloadView,
    context: ReconcileContext,
    step: (tx: Tx, workload: WorkloadRow) => Promise<unknown>,
  ): Promise<void> {
    return context.transaction(async (tx) => {
      const workload = await this.workloads.lock(tx, view.workload.id);
      if (workload) await step(tx, workload);
    });
  }
}
