import type { Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type Actor, Changes } from '../changes/changes.js';
import { notFound } from '../not-found.js';
import type { WorkloadRow } from '../workloads/workload.js';
import type { DeploymentRow } from './deployment.js';
import { deploymentErrors } from './deployments.errors.js';
import { DeploymentsRepository } from './deployments.repository.js';
import { Transitions } from './transitions.js';

/** Ends a deployment in any phase by request; the release that was live goes on serving. */
@Injectable()
export class Canceller {
  constructor(
    private readonly deployments: DeploymentsRepository,
    private readonly transitions: Transitions,
    private readonly changes: Changes,
  ) {}

  /** `workload` was read under its row lock. @throws 409 when it has ended */
  async cancel(tx: Tx, workload: WorkloadRow, id: string, caller: Caller): Promise<DeploymentRow> {
    const deployment = await this.deployments.find(tx, id);
    if (!deployment) throw notFound();
    if (!(await this.transitions.cancel(tx, workload, deployment, caller))) {
      throw deploymentErrors.DeploymentEnded(`It is ${deployment.status} already.`);
    }
    const target = { kind: 'deployment', id };
    const { organizationId } = deployment;
    await this.changes.act(tx, {
      by: caller,
      action: 'deployments:cancel',
      target,
      organizationId,
      detail: { phase: deployment.status },
    });
    return (await this.deployments.find(tx, id)) ?? deployment;
  }

  /** Before the workload itself is deleted. */
  async cancelAll(tx: Tx, workload: WorkloadRow, by: Actor): Promise<void> {
    for (const deployment of await this.deployments.active(tx, workload.id)) {
      await this.transitions.cancel(tx, workload, deployment, by);
    }
  }
}
