import type { Failure } from '@berth/contracts/common';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { BuildResult, DeploymentRow } from './deployment.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import { Transitions } from './transitions.js';

interface Found {
  readonly workload: WorkloadRow;
  readonly deployment: DeploymentRow;
}

/** What the build service tells of a deployment's build. A build whose deployment has ended is heard and changes nothing. */
@Injectable()
export class BuildProgress {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly queue: WorkQueue,
  ) {}

  async started(tx: Tx, buildId: string): Promise<void> {
    const found = await this.find(tx, buildId);
    if (found?.deployment.status !== 'queued') return;
    const step = { to: 'building' as const, by: 'platform' as const, message: 'The build has begun' };
    await this.transitions.advance(tx, found.workload, found.deployment, step);
  }

  async succeeded(tx: Tx, buildId: string, result: BuildResult): Promise<void> {
    const found = await this.find(tx, buildId);
    if (!found) return;
    await this.deployments.setBuildResult(tx, found.deployment.id, result);
    await this.transitions.clearDeadline(tx, found.deployment);
    const { id, organizationId } = found.workload;
    await this.queue.enqueue(tx, WORKLOADS, id, { group: organizationId });
  }

  async failed(tx: Tx, buildId: string, failure: Failure): Promise<void> {
    const found = await this.find(tx, buildId);
    if (found) await this.transitions.fail(tx, found.workload, found.deployment, failure);
  }

  private async find(tx: Tx, buildId: string): Promise<Found | undefined> {
    const seen = await this.deployments.findByBuild(tx, buildId);
    if (!seen) return undefined;
    const workload = await this.workloads.lock(tx, seen.workloadId);
    const deployment = await this.deployments.find(tx, seen.id);
    if (!workload || !deployment || deployment.endedAt) return undefined;
    return { workload, deployment };
  }
}
