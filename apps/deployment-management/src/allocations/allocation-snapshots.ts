import { Snapshots, type SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { Allocations } from './allocations.js';

const PAGE = 100;

/** States again what every workload has allocated. */
@Injectable()
export class AllocationSnapshots implements SnapshotSource {
  readonly aggregate = 'workload';

  constructor(
    snapshots: Snapshots,
    private readonly workloads: WorkloadsRepository,
    private readonly allocations: Allocations,
  ) {
    snapshots.register(this);
  }

  async emit(tx: Tx, cursor: string | null): Promise<string | null> {
    const page = await tx.query<{ id: string }>(
      `select workload_id as id from allocation where $1::uuid is null or workload_id > $1 order by workload_id limit $2`,
      [cursor, PAGE],
    );
    for (const { id } of page) {
      const workload = await this.workloads.lock(tx, id);
      if (workload) await this.allocations.restate(tx, workload);
    }
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  }
}
