import type { Release } from '@berth/contracts/deployment';
import { lookAgainIn, type Outcome, type ReconcileContext } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Canaries } from '../canaries/canaries.js';
import type { DeploymentRow } from '../deployments/deployment.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { DeploymentSteps } from './deployment-steps.js';
import { type FurtherLook, lacksAmong, leftOut, together } from './further-look.js';
import { judgeRollout } from './rollout.js';
import { RuntimeState } from './runtime-state.js';
import { type Observation, WorkloadReports } from './workload-reports.js';
import { saidOf, type Said, Witness } from './witness.js';
import type { WorkloadRow } from './workload.js';
import { underLock } from './under-lock.js';
import type { WorkloadView } from './workload-views.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** The runtime's hints come first; this is how long a lost hint may delay a moving deployment. */
const lookAgainSoon = lookAgainIn({ seconds: 1 });
/** The step changed what there is to do. */
const goOn = lookAgainIn({ seconds: 0 });

type Brought = Observation & { readonly desired: NonNullable<Observation['desired']> };
/** On all of its clusters. */
type Seen = Brought & { readonly beside: readonly FurtherLook[] };

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
  async converge(
    view: WorkloadView,
    target: Release,
    context: ReconcileContext,
    beside: readonly FurtherLook[] = [],
  ): Promise<Outcome | undefined> {
    try {
      const observation = { ...(await this.bring(view, target, context)), beside };
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
    const found = await this.runtime.observe(workload.id, context.signal, view.first);
    if (!found) await this.reports.reportGone(context, view);
    return { view, ...(await this.runtime.bring(view, target, found, context.signal, view.first)) };
  }

  private async advance(
    moving: DeploymentRow,
    target: Release,
    observation: Seen,
    context: ReconcileContext,
  ): Promise<Outcome> {
    const { view, beside } = observation;
    const { canary } = moving;
    if (canary && canary.state !== 'promoting')
      return this.canaries.step({ moving, canary, target, observation, context });
    const rollout = together(judgeRollout(observation.desired, observation.observed), beside);
    if (rollout.kind === 'progressing')
      return this.wait(moving, observation, context, saidOf(rollout, lacksAmong(beside)));
    if (rollout.kind === 'failed') {
      const failure = await this.witness.masked(target, rollout.failure);
      await this.commit(view, context, (tx, workload) => this.steps.refuse(tx, workload, moving, failure));
      return goOn;
    }
    if (moving.status !== 'verifying') {
      await this.commit(view, context, (tx, workload) => this.steps.beginVerifying(tx, workload, moving));
      return goOn;
    }
    const silence = await this.runtime.silentRoute(observation.desired, context.signal, view.first);
    const silent = [silence, ...beside.map((look) => look.silence)].filter((each) => each !== null);
    if (silent.length > 0) return this.wait(moving, observation, context, { lines: silent });
    await this.commit(view, context, (tx, workload) => this.goLive(tx, workload, moving, observation));
    return goOn;
  }

  private async wait(
    moving: DeploymentRow,
    observation: Seen,
    context: ReconcileContext,
    said: Said,
  ): Promise<Outcome> {
    await this.witness.note(context, moving, observation, said);
    return lookAgainSoon;
  }

  private async goLive(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, observation: Seen): Promise<void> {
    const { target } = observation.view;
    const { beside } = observation;
    if (!target || !(await this.steps.goLive(tx, workload, moving, target, leftOut(beside)))) return;
    const seen = [observation, ...beside.flatMap((look) => look.observation ?? [])];
    for (const each of seen) await this.reports.recordAllocation(tx, each, target.number, workload);
  }

  private commit(
    { workload }: WorkloadView,
    context: ReconcileContext,
    step: (tx: Tx, workload: WorkloadRow) => Promise<unknown>,
  ): Promise<void> {
    return underLock(context, this.workloads, workload.id, step);
  }
}
