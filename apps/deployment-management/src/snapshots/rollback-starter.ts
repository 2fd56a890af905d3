import type { Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { DeploymentStarter } from '../deployments/deployment-starter.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import type { Step } from './rollback-plans.js';
import type { PlannedItem, RollbackRow } from './snapshot.js';

/** Does what was planned for each workload, in the transaction that keeps the plan. */
@Injectable()
export class RollbackStarter {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly deployments: DeploymentStarter,
    private readonly changes: Changes,
  ) {}

  /**
   * Answers what was decided, with the deployments that do it. Everything is locked before anything is told: acts meet at
   * the head of the audit chain, and whoever holds that must wait for no workload.
   */
  async start(tx: Tx, steps: readonly Step[], by: Caller): Promise<PlannedItem[]> {
    const locked = new Map<string, WorkloadRow | undefined>();
    for (const { item, source } of steps)
      if (source) locked.set(item.workloadId, await this.workloads.lock(tx, item.workloadId));
    const items = [];
    for (const step of steps) items.push(await this.startOne(tx, step, locked.get(step.item.workloadId), by));
    return items;
  }

  async act(tx: Tx, { id, environmentId, snapshotId }: RollbackRow, organizationId: string, by: Caller): Promise<void> {
    const target = { kind: 'environment', id: environmentId };
    const detail = { snapshotId, rollbackId: id };
    await this.changes.act(tx, { by, action: 'deployments:create', target, organizationId, detail });
  }

  private async startOne(
    tx: Tx,
    { item, source }: Step,
    workload: WorkloadRow | undefined,
    by: Caller,
  ): Promise<PlannedItem> {
    if (!source) return item;
    if (!workload || workload.deletedAt) return { ...item, plan: 'impossible', message: 'It was deleted since.' };
    const { id: deploymentId } = await this.deployments.start(tx, workload, { ...source, by });
    return { ...item, deploymentId };
  }
}
