import type { Release } from '@berth/contracts/deployment';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Canaries } from '../canaries/canaries.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { DeploymentSteps } from './deployment-steps.js';
import { judgeRollout } from './rollout.js';
import { RuntimeState } from './runtime-state.js';
import { type Observation, WorkloadReports } from './workload-reports.js';
import { Witness } from './witness.js';
import type { WorkloadRow } from './workload.js';
import { underLock } from './under-lock.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** The runtime's hints come first; this is how long a lost hint may delay a moving deployment. */
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** The step changed what there is to do. */
const goOn = lookAgainIn({ seconds: 0 });

type Brought = Observation & { readonly desired: NonNullable<Observation['desired']> };

/** Moves one deployment from the first replaced instance to live, a step a pass, by what was observed. */
@Injectable()
export class Rollouts {
  constructor(
    private readonly runtime: RuntimeState,
    private readonly steps: DeploymentSteps,
    private readonly reports: WorkloadReports,
    private readonly canaries: Canaries,
    private readonly workloads: WorkloadsRepository,
    private readonly witness: Witness,
  ) {}

  /** Makes the runtime's state that of `target`, writes down what is there, and moves the deployment if one moves. */
  async converge(view: WorkloadView, target: Release, context: ReconcileContext): Promise<Outcome | undefined> {
    try {
      const observation = await this.bring(view, target, context);
      await this.reports.report(context, observation);
      return view.moving && (await this.advance(view.moving, target, observation, context));
    } catch (error) {
      if (view.moving && error instanceof RuntimeUnavailable)
        await this.witness.noteSilence(context, view.moving, error);
      throw error;
    }
  }

  private async bring(view: WorkloadView, target: Release, context: ReconcileContext): Promise<Brought> {
    const { workload } = view;
    const found = await this.runtime.observe(workload.id, context.signal);
    if (!found) await this.reports.reportGone(context, view);
    return { view, ...(await this.runtime.bring(view, target, found, context.signal)) };
  }

  private async advance(
    moving: DeploymentRow,
    target: Release,
    observation: Brought,
    context: ReconcileContext,
  ): Promise<Outcome> {
    const { view } = observation;
    const { canary } = moving;
    if (canary && canary.state !== 'promoting')
      return this.canaries.step({ moving, canary, target, observation, context });
    const rollout = judgeRollout(observation.desired, observation.observed);
    if (rollout.kind === 'progressing') return this.wait(moving, observation, context);
    if (rollout.kind === 'failed') {
      const failure = await this.witness.masked(target, rollout.failure);
      await this.commit(view, context, (tx, workload) => this.steps.refuse(tx, workload, moving, failure));
      return goOn;
    }
    if (moving.status !== 'verifying') {
      await this.commit(view, context, (tx, workload) => this.steps.beginVerifying(tx, workload, moving));
      return goOn;
    }
    const silence = await this.runtime.silentRoute(observation.desired, context.signal);
    if (silence !== null) return this.wait(moving, observation, context, [silence]);
    await this.commit(view, context, (tx, workload) => this.goLive(tx, workload, moving, observation));
    return goOn;
  }

  private async wait(
    moving: DeploymentRow,
    observation: Brought,
    context: ReconcileContext,
    said: readonly string[] = [],
  ): Promise<Outcome> {
    await this.witness.note(context, moving, observation, said);
    return lookAgainSoon;
  }

  private async goLive(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, observation: Observation): Promise<void> {
    const { target } = observation.view;
    if (!target || !(await this.steps.goLive(tx, workload, moving, target))) return;
    await this.reports.recordAllocation(tx, observation, target.number);
  }

  private commit(
    { workload }: WorkloadView,
    context: ReconcileContext,
    step: (tx: Tx, workload: WorkloadRow) => Promise<unknown>,
  ): Promise<void> {
    return underLock(context, this.workloads, workload.id, step);
  }
}
