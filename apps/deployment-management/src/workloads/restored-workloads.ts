import { Epochs } from '@berth/eventing';
import { WorkQueue } from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { WORKLOADS } from './workload-queue.js';

const AT_ONCE = 500;

/**
 * Runtimes ignore a desired state of an older generation than they were told before. A restored database has forgotten some:
 * from the epoch on generations are counted from its number, which is higher than all of them.
 */
@Injectable()
export class RestoredWorkloads {
  constructor(
    epochs: Epochs,
    private readonly database: Database,
    private readonly queue: WorkQueue,
  ) {
    epochs.register((epoch) => this.takeOn(epoch));
  }

  private async takeOn(epoch: number): Promise<void> {
    while ((await this.some(epoch)) === AT_ONCE);
  }

  private some(epoch: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ id: string }>(
        // eslint-disable-next-line berth/tenant-query -- after a restore every workload is stated anew
        `update workload set generation = $1 where id in
           (select id from workload where generation < $1 and deleted_at is null order by id limit $2 for update)
         returning id`,
        [epoch, AT_ONCE],
      );
      const ids = rows.map(({ id }) => id);
      await this.queue.enqueueAll(tx, WORKLOADS, ids);
      return ids.length;
    });
  }
}
