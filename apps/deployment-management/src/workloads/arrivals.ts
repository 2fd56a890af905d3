import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Allocations } from '../allocations/allocations.js';
import { Mint } from '../changes/mint.js';
import { arrivalDeadline } from './relocation-steps.js';
import { deadlinesOf, type WorkloadRow } from './workload.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** That a workload is on its way to a cluster: what begins with it, and ends with it. Under the workload's row lock. */
@Injectable()
export class Arrivals {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly allocations: Allocations,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** What drains there still is stated anew, as it may have had other counts, and is free until it has arrived again. */
  async begin(
    tx: Tx,
    workload: WorkloadRow,
    { id: clusterId, name }: { readonly id: string; readonly name: string },
  ): Promise<void> {
    await this.allocations.end(tx, workload, name, false);
    await this.workloads.bump(tx, workload.id);
    const { rolling, verifying } = deadlinesOf(workload);
    const at = new Date(this.mint.now().getTime() + (rolling + verifying) * 1_000);
    await this.queue.setDeadline(tx, { ...arrivalDeadline(workload.id, clusterId), at });
  }

  end(tx: Tx, workloadId: string, clusterId: string): Promise<void> {
    return this.queue.clearDeadline(tx, arrivalDeadline(workloadId, clusterId));
  }
}
