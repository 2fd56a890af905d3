import type { Failure } from '@berth/contracts/common';
import type { DeploymentStatus } from '@berth/contracts/deployment';
import {
  deploymentCancelled,
  deploymentFailed,
  type DeploymentPhase,
  deploymentPhaseChanged,
  deploymentSucceeded,
  deploymentSuperseded,
} from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isHolding } from '../canaries/canary.js';
import { type Actor, Changes, nameOf } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { TaskChanges } from '../tasks/task-changes.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { deadlinesOf, type WorkloadRow } from '../workloads/workload.js';
import { deadlineFor, type DeploymentRow, isOnRuntime, isPhase, mayMove } from './deployment.js';
import { DeploymentsRepository } from './deployments.repository.js';

export interface Step {
  readonly to: DeploymentStatus;
  readonly by: Actor;
  readonly message: string;
  readonly releaseId?: string;
}

/**
 * The only place where a deployment changes its status: row, timeline, deadline and event in the caller's transaction.
 * Every method answers false, and changes nothing, when the deployment is no longer where the caller saw it.
 */
@Injectable()
export class Transitions {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly tasks: TaskChanges,
    private readonly mint: Mint,
  ) {}

  /** Into its first phase, right after the insert. */
  async begin(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, by: Actor): Promise<void> {
    const { createdAt, id } = deployment;
    const entry = {
      at: createdAt.toISOString(),
      from: null,
      to: 'queued' as const,
      actor: nameOf(by),
      message: 'Accepted',
    };
    await this.deployments.addTransition(tx, id, entry);
    await this.setDeadline(tx, workload, deployment, 'queued');
  }

  async advance(
    tx: Tx,
    workload: WorkloadRow,
    deployment: DeploymentRow,
    step: Step & { to: DeploymentPhase },
  ): Promise<boolean> {
    if (!isPhase(deployment.status) || !(await this.move(tx, deployment, step))) return false;
    await this.setDeadline(tx, workload, deployment, step.to);
    const { id: deploymentId, workloadId } = deployment;
    const data = { deploymentId, workloadId, from: deployment.status, to: step.to };
    await this.changes.tell(tx, deploymentPhaseChanged, { ...this.fact(deployment), data });
    return true;
  }

  /** `except`: where it is not live, one sentence. */
  async succeed(tx: Tx, deployment: DeploymentRow, except?: string): Promise<boolean> {
    const { id: deploymentId, workloadId, releaseId, release } = deployment;
    if (releaseId === null || release === null)
      throw new Error(`Deployment ${deploymentId} cannot be live without a release.`);
    const former = await this.deployments.live(tx, workloadId);
    const live = `v${release} is live: its instances run the intended artifact and config and its route answers`;
    const message = except === undefined ? live : `${live}; ${except}`;
    if (!(await this.move(tx, deployment, { to: 'live', by: 'platform', message }))) return false;
    if (former) await this.move(tx, former, { to: 'retired', by: 'platform', message: `v${release} took its place` });
    await this.clearDeadline(tx, deployment);
    await this.changes.tell(tx, deploymentSucceeded, {
      ...this.fact(deployment),
      data: { deploymentId, workloadId, releaseId, releaseNumber: release },
    });
    return true;
  }

  async fail(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, failure: Failure): Promise<boolean> {
    if (!isPhase(deployment.status)) return false;
    const woke = await this.deployments.wokeWorkload(tx, deployment.id);
    const outcome = outcomeOf(workload, deployment, woke);
    const step = { to: 'failed' as const, by: 'platform' as const, message: `${failure.message} ${outcome}` };
    if (!(await this.move(tx, deployment, step, { failure, outcome }))) return false;
    await this.leave(tx, deployment, woke);
    const { id: deploymentId, workloadId, buildId, status: phase } = deployment;
    const data = { deploymentId, workloadId, buildId, phase, cause: failure.cause };
    await this.changes.tell(tx, deploymentFailed, { ...this.fact(deployment), data });
    return true;
  }

  async cancel(tx: Tx, workload: WorkloadRow, deployment: DeploymentRow, by: Actor): Promise<boolean> {
    if (!isPhase(deployment.status)) return false;
    const woke = await this.deployments.wokeWorkload(tx, deployment.id);
    const outcome = outcomeOf(workload, deployment, woke);
    const step = { to: 'cancelled' as const, by, message: `Cancelled while ${deployment.status}. ${outcome}` };
    if (!(await this.move(tx, deployment, step, { outcome }))) return false;
    await this.leave(tx, deployment, woke);
    const { id: deploymentId, workloadId, buildId, status: phase } = deployment;
    await this.changes.tell(tx, deploymentCancelled, {
      ...this.fact(deployment),
      data: { deploymentId, workloadId, buildId, phase },
    });
    return true;
  }

  async supersede(
    tx: Tx,
    deployment: DeploymentRow,
    newer: { id: string; number: number },
    by: Actor,
  ): Promise<boolean> {
    const step = {
      to: 'superseded' as const,
      by,
      message: `Deployment ${newer.number} took its place before it ${isOnRuntime(deployment.status) ? 'was live' : 'began to roll'}`,
    };
    if (!(await this.move(tx, deployment, step))) return false;
    await this.leave(tx, deployment, false);
    const { id: deploymentId, workloadId, buildId } = deployment;
    const data = { deploymentId, workloadId, buildId, byDeploymentId: newer.id };
    await this.changes.tell(tx, deploymentSuperseded, { ...this.fact(deployment), data });
    return true;
  }

  /** Something happened within its phase. */
  async note(tx: Tx, { id, status }: DeploymentRow, message: string): Promise<boolean> {
    if ((await this.deployments.find(tx, id))?.status !== status) return false;
    const entry = { at: this.mint.instant(), from: status, to: status, actor: 'platform', message };
    await this.deployments.addTransition(tx, id, entry);
    return true;
  }

  /** It has so many seconds from now, whatever it had before. */
  async extend(tx: Tx, { id, workloadId }: DeploymentRow, seconds: number): Promise<void> {
    const at = new Date(this.mint.now().getTime() + seconds * 1_000);
    await this.queue.setDeadline(tx, { queue: WORKLOADS, key: workloadId, name: id, at });
  }

  /** The work of this phase is done; only another deployment keeps it waiting, which has a deadline of its own. */
  async clearDeadline(tx: Tx, deployment: DeploymentRow): Promise<void> {
    await this.queue.clearDeadline(tx, { queue: WORKLOADS, key: deployment.workloadId, name: deployment.id });
  }

  /** What it left on the runtime is taken back: the workload's desired state is its current release again. */
  private async leave(tx: Tx, deployment: DeploymentRow, woke: boolean): Promise<void> {
    await this.clearDeadline(tx, deployment);
    await this.tasks.cancelOf(tx, deployment.id);
    if (woke) await this.workloads.setState(tx, deployment.workloadId, 'stopped');
    else if (isOnRuntime(deployment.status)) await this.workloads.bump(tx, deployment.workloadId);
    await this.queue.interrupt(tx, WORKLOADS, deployment.workloadId);
  }

  private async setDeadline(
    tx: Tx,
    workload: WorkloadRow,
    deployment: DeploymentRow,
    phase: DeploymentPhase,
  ): Promise<void> {
    const seconds = deadlineFor(phase, deployment, deadlinesOf(workload));
    await this.extend(tx, deployment, seconds);
  }

  private async move(
    tx: Tx,
    deployment: DeploymentRow,
    step: Step,
    end: { failure?: Failure; outcome?: string } = {},
  ): Promise<boolean> {
    const { id, status: from } = deployment;
    if (!mayMove(from, step.to)) return false;
    const at = this.mint.now();
    const ended = !isPhase(step.to);
    const releaseId = step.releaseId === undefined ? {} : { releaseId: step.releaseId };
    if (!(await this.deployments.move(tx, id, from, { to: step.to, at, ended, ...end, ...releaseId }))) return false;
    const entry = { at: at.toISOString(), from, to: step.to, actor: nameOf(step.by), message: step.message };
    await this.deployments.addTransition(tx, id, entry);
    return true;
  }

  private fact(deployment: DeploymentRow): { subject: string; organizationId: string; partitionKey: string } {
    return { subject: deployment.id, organizationId: deployment.organizationId, partitionKey: deployment.workloadId };
  }
}

function outcomeOf({ currentRelease, state }: WorkloadRow, { canary }: DeploymentRow, woke: boolean): string {
  if (currentRelease === null) return 'Nothing was live before.';
  if (woke || state === 'stopped') return `v${currentRelease} stays stopped, as it was before.`;
  if (canary && isHolding(canary)) return `All requests go back to v${currentRelease}, whose instances were kept.`;
  return `v${currentRelease} keeps serving.`;
}
