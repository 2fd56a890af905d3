import type { Failure } from '@berth/contracts/common';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { DeploymentRow } from '../deployments/deployment.js';
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

  /** Its instances are ready: users meet it from now on. */
  async begin(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    const message = `Instances of v${moving.release} are ready; they get ${canary.steps[0]?.weight} % of the requests`;
    const step = { to: 'shifting' as const, by: 'platform' as const, message };
    if (!(await this.transitions.advance(tx, workload, moving, step))) return;
    await this.state(tx, workload, moving, canary);
  }

  /** What the runtime should run changes with it, unless only its time began. */
  async goOn(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary, message: string): Promise<void> {
    if (!(await this.transitions.note(tx, moving, message))) return;
    if (canary.since !== null) return this.deployments.setCanary(tx, moving.id, canary);
    await this.state(tx, workload, moving, canary);
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

  count(tx: Tx, moving: DeploymentRow, canary: Canary): Promise<void> {
    return this.deployments.setCanary(tx, moving.id, canary);
  }

  private async state(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, canary: Canary): Promise<void> {
    await this.deployments.setCanary(tx, moving.id, canary);
    await this.workloads.bump(tx, workload.id);
  }
}
