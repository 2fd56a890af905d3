import { WorkQueue } from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { WorkloadsRepository } from './workloads.repository.js';
import { WORKLOADS } from './workload-queue.js';

const PAGE = 200;

/** Puts workloads in front of the reconciler because something about them may have changed. */
@Injectable()
export class WorkloadKeys {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly queue: WorkQueue,
  ) {}

  async enqueue(ids: readonly string[]): Promise<void> {
    await this.database.transaction((tx) => this.queue.enqueueAll(tx, WORKLOADS, ids));
  }

  /** Of a cluster; a page at a time, so that thousands of workloads hold no long transaction. */
  async enqueueAll(clusterId: string): Promise<void> {
    let ids = await this.workloads.idsAfter(this.database.confined, clusterId, null, PAGE);
    while (ids.length > 0) {
      await this.enqueue(ids);
      ids = await this.workloads.idsAfter(this.database.confined, clusterId, ids.at(-1) ?? null, PAGE);
    }
  }
}
