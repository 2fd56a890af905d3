import type { Caller } from '@berth/access';
import { WorkQueue } from '@berth/reconcile';
import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes, nameOf } from '../changes/changes.js';
import { deadlineFor, type DeploymentRow } from '../deployments/deployment.js';
import { deploymentErrors } from '../deployments/deployments.errors.js';
import { DeploymentsRepository } from '../deployments/deployments.repository.js';
import { Transitions } from '../deployments/transitions.js';
import { notFound } from '../not-found.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import { deadlinesOf, type WorkloadRow } from '../workloads/workload.js';
import { awaitsPromotion } from './canary.js';

/** Somebody has looked at a release that waits, and lets it have the requests. */
@Injectable()
export class Promotions {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly clock: Clock,
  ) {}

  /** `workload` was read under its row lock. Its instances are looked at once more before it gets any. @throws 409, 404 */
  async promote(tx: Tx, workload: WorkloadRow, id: string, by: Caller): Promise<DeploymentRow> {
    const waiting = await this.deployments.find(tx, id);
    if (!waiting) throw notFound();
    const { canary, organizationId } = waiting;
    if (waiting.status !== 'shifting' || canary?.state !== 'waiting' || !awaitsPromotion(canary))
      throw deploymentErrors.DeploymentNotWaiting(`It is ${waiting.status}, and nobody has to promote it now.`);
    const promoted = { ...canary, promotedAt: this.clock.now().toISOString() };
    await this.deployments.setCanary(tx, id, promoted);
    await this.transitions.note(tx, waiting, `${nameOf(by)} promoted it`);
    const seconds = deadlineFor('shifting', { ...waiting, canary: promoted }, deadlinesOf(workload));
    await this.transitions.extend(tx, waiting, seconds);
    await this.queue.enqueue(tx, WORKLOADS, workload.id, { group: workload.organizationId });
    const target = { kind: 'deployment', id };
    await this.changes.act(tx, { by, action: 'deployments:promote', target, organizationId, detail: {} });
    return (await this.deployments.find(tx, id)) ?? waiting;
  }
}
