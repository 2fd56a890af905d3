import type { Failure } from '@berth/contracts/common';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { deadlineFor, type DeploymentRow } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import { deadlinesOf, type WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { Canary } from './canary.js';

/** The steps of a canary, each in the caller's fenced transaction and under the workload's row lock. */
@Injectable()
export class CanarySteps {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly transitions: Transitions,
  ) {}

  /** Its instances are ready: users meet it from now on, or when it is promoted. */
  async begin(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    const then =
      canary.state === 'waiting'
        ? 'they get requests when somebody promotes the deployment'
        : `they get ${canary.steps[0]?.weight} % of the requests`;
    const message = `Instances of v${moving.release} are ready; ${then}`;
    const step = { to: 'shifting' as const, by: 'platform' as const, message };
    if (!(await this.transitions.advance(tx, workload, moving, step))) return;
    if (canary.state === 'waiting') return this.deployments.setCanary(tx, moving.id, canary);
    await this.state(tx, workload, moving, canary);
  }

  /** What the runtime should run changes with it, unless only its time began, or begins anew. */
  async goOn(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary, message: string): Promise<void> {
    if (!(await this.transitions.note(tx, moving, message))) return;
    if (canary.since === null && canary.step === moving.canary?.step && canary.state === 'stepping')
      await this.beginAnew(tx, workload, moving, canary);
    if (!moving.canary || isStatedOtherwise(canary, moving.canary)) return this.state(tx, workload, moving, canary);
    await this.deployments.setCanary(tx, moving.id, canary);
  }

  /** It has as much time as one that begins with this step. */
  private beginAnew(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    const rest = { ...canary, steps: canary.steps.slice(canary.step) };
    return this.transitions.extend(
      tx,
      moving,
      deadlineFor('shifting', { ...moving, canary: rest }, deadlinesOf(workload)),
    );
  }

  /** Taken back; it has failed when the former release was seen to serve everything. */
  async abort(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary, failure: Failure): Promise<void> {
    const message = `${failure.message} It is taken back`;
    if (!(await this.transitions.note(tx, moving, message))) return;
    await this.transitions.extend(tx, moving, deadlinesOf(workload).rolling);
    await this.state(tx, workload, moving, { ...canary, state: 'aborting', since: null, failure });
  }

  fail(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, failure: Failure): Promise<boolean> {
    return this.transitions.fail(tx, workload, moving, failure);
  }

  /** What was counted and timed. For as long as a step had to wait, so has its deadline. */
  async keep(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    if (canary.since !== moving.canary?.since) await this.beginAnew(tx, workload, moving, canary);
    await this.deployments.setCanary(tx, moving.id, canary);
  }

  private async state(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    await this.deployments.setCanary(tx, moving.id, canary);
    await this.workloads.bump(tx, workload.id);
  }
}

/** In another state, with another weight, or with other instances. */
const isStatedOtherwise = (canary: Canary, before: Canary): boolean =>
  canary.state !== before.state || canary.step !== before.step || canary.isOver !== before.isOver;
