import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Canceller } from '../deployments/canceller.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';

/** What becomes of an organization's workloads when something happens to the organization as a whole. */
@Injectable()
export class OrganizationWorkloads {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly canceller: Canceller,
    private readonly queue: WorkQueue,
  ) {}

  /** It was suspended or resumed: what is to run follows from that, so every workload is looked at anew. */
  lookAnew(tx: Tx, organizationId: string): Promise<void> {
    return this.raise(tx, 'organization_id', organizationId);
  }

  /** The same for one environment. */
  lookAnewIn(tx: Tx, environmentId: string): Promise<void> {
    return this.raise(tx, 'environment_id', environmentId);
  }

  private async raise(tx: Tx, column: 'organization_id' | 'environment_id', id: string): Promise<void> {
    const changed = await tx.query<{ id: string }>(
      // eslint-disable-next-line berth/tenant-query -- the column is the id of an organization or an environment
      `update workload set generation = generation + 1 where id in (
         select id from workload where ${column} = $1 and deleted_at is null order by id for update)
       returning id`,
      [id],
    );
    await this.enqueue(tx, changed);
  }

  /** What is left of them is taken away by their reconciler. */
  async delete(tx: Tx, organizationId: string): Promise<void> {
    const left = await tx.query<{ id: string }>(
      'select id from workload where organization_id = $1 and deleted_at is null order by id for update',
      [organizationId],
    );
    for (const { id } of left) {
      const workload = await this.workloads.lock(tx, id);
      if (!workload) continue;
      await this.canceller.cancelAll(tx, workload, 'platform');
      await this.workloads.markDeleted(tx, id);
    }
    await this.enqueue(tx, left);
  }

  private async enqueue(tx: Tx, rows: readonly { readonly id: string }[]): Promise<void> {
    const ids = rows.map(({ id }) => id);
    await this.queue.enqueueAll(tx, WORKLOADS, ids);
  }
}
