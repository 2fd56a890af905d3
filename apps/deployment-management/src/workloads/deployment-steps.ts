import type { Failure } from '@berth/contracts/common';
import type { Release } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type DeploymentRow, isPhase, startsWorkload } from '../deployments/deployment.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { timeoutOf } from '../deployments/timeout.js';
import { Transitions } from '../deployments/transitions.js';
import { ReleaseHistory } from '../releases/release-history.js';
import { ReleaseMaker, ReleaseMissing } from '../releases/release-maker.js';
import type { CanarySupport } from '../runtime/runtime.js';
import { ReleasePlans } from '../strategies/release-plans.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** A deployment that has its release. */
export interface Begun {
  readonly moving: DeploymentRow;
  readonly target: Release;
}

/** The steps of a deployment that touch more than its own status, each in the caller's fenced transaction. */
@Injectable()
export class DeploymentSteps {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly maker: ReleaseMaker,
    private readonly transitions: Transitions,
    private readonly plans: ReleasePlans,
    private readonly history: ReleaseHistory,
  ) {}

  /**
   * Out of the queue: the release is made, and the deployment holds the workload from now on. `former`: the one that moves and
   * gives way to it; it stays when the release cannot be made. Answers what moves from now on; undefined when nothing does.
   */
  async prepare(tx: Tx, workloadId: string, next: DeploymentRow, former?: DeploymentRow): Promise<Begun | undefined> {
    const workload = await this.workloads.lock(tx, workloadId);
    const current = await this.deployments.find(tx, next.id);
    // Cancelled or superseded between the look and the lock.
    if (!workload || current?.status !== next.status) return undefined;
    const made = await this.makeRelease(tx, workload, next);
    if ('cause' in made) {
      await this.transitions.fail(tx, workload, next, made);
      return undefined;
    }
    if (former) await this.transitions.supersede(tx, former, next, 'platform');
    const message = `Made v${made.number} (${made.reason})`;
    const step = { to: 'preparing', by: 'platform', message, releaseId: made.id } as const;
    if (!(await this.transitions.advance(tx, workload, next, step))) return undefined;
    return { moving: { ...current, status: 'preparing', releaseId: made.id, release: made.number }, target: made };
  }

  /** All that it needs is there; what it waits for has a deadline of its own. */
  waitFor(tx: Tx, next: DeploymentRow): Promise<void> {
    return this.transitions.clearDeadline(tx, next);
  }

  /** Something is wrong with it. `workload` was read under its row lock. */
  async refuse(tx: Tx, workload: WorkloadRow, moving: DeploymentRow, failure: Failure): Promise<void> {
    await this.transitions.fail(tx, workload, moving, failure);
  }

  /** From here on the runtime's desired state is the new release, and what was stopped runs if a person deployed it. */
  async beginRolling(
    tx: Tx,
    workload: WorkloadRow,
    moving: DeploymentRow,
    target: Release,
    support: CanarySupport,
  ): Promise<void> {
    const { refusal, canary } = await this.plans.of(tx, workload, moving, target, support);
    if (refusal) return void (await this.transitions.fail(tx, workload, moving, refusal));
    const message = canary
      ? `Starting instances of v${moving.release} beside those of v${workload.currentRelease}`
      : `Replacing the instances by those of v${moving.release}`;
    const step = { to: 'rolling' as const, by: 'platform' as const, message };
    if (!(await this.transitions.advance(tx, workload, moving, step))) return;
    if (canary) await this.deployments.setCanary(tx, moving.id, canary);
    if (workload.wantedState === 'running' || !startsWorkload(moving.source))
      return this.workloads.bump(tx, workload.id);
    await this.workloads.setState(tx, workload.id, 'running');
    await this.deployments.markWoke(tx, moving.id);
  }

  /** All that is desired is there; what is left is to ask for the route. `workload` was read under its row lock. */
  async beginVerifying(tx: Tx, workload: WorkloadRow, moving: DeploymentRow): Promise<void> {
    const message = 'All instances are ready; asking for the route';
    await this.transitions.advance(tx, workload, moving, { to: 'verifying', by: 'platform', message });
  }

  /**
   * `workload` was read under its row lock. `except`: where it is not live, one sentence. Answers false when the deployment was
   * ended by somebody else meanwhile.
   */
  async goLive(
    tx: Tx,
    workload: WorkloadRow,
    moving: DeploymentRow,
    release: Release,
    except?: string,
  ): Promise<boolean> {
    if (!(await this.transitions.succeed(tx, moving, except))) return false;
    await this.maker.makeCurrent(tx, workload, moving, release);
    await this.history.expireOld(tx, workload.id);
    return true;
  }

  /** Ends a deployment that overran the deadline of its phase. `workload` was read under its row lock. */
  async timeOut(tx: Tx, workload: WorkloadRow, deploymentId: string): Promise<void> {
    const deployment = await this.deployments.find(tx, deploymentId);
    if (!deployment || !isPhase(deployment.status)) return;
    await this.transitions.fail(tx, workload, deployment, timeoutOf(workload, deployment, deployment.status));
  }

  private async makeRelease(tx: Tx, workload: WorkloadRow, next: DeploymentRow): Promise<Release | Failure> {
    try {
      const content = await this.maker.contentOf(tx, workload, next);
      if (!content) throw new ReleaseMissing('Its build gave no result.');
      const release = await this.maker.make(tx, workload, content, next.createdBy);
      await this.history.tellMade(tx, release);
      return release;
    } catch (error) {
      if (error instanceof ReleaseMissing) return missing(error.message, next);
      throw error;
    }
  }
}

const missing = (message: string, { source }: DeploymentRow): Failure => ({
  cause: 'config_invalid',
  message,
  evidence: [`source: ${JSON.stringify(source)}`],
  nextStep: 'Look at the releases (berth releases list) and deploy one that is there.',
});
