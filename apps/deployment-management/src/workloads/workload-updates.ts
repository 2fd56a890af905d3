import type { Caller } from '@berth/access';
import type { UpdateWorkload } from '@berth/contracts/deployment';
import { Database, requireMatch } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Strategies } from '../strategies/strategies.js';
import { type Precondition, WorkloadAccess } from './workload-access.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** How a workload is released from now on. */
@Injectable()
export class WorkloadUpdates {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly access: WorkloadAccess,
    private readonly strategies: Strategies,
    private readonly writer: WorkloadWriter,
  ) {}

  async update(
    caller: Caller,
    id: string,
    body: UpdateWorkload,
    ifMatch: string | undefined,
    precondition?: Precondition,
  ): Promise<WorkloadRow> {
    await this.access.require(caller, id, 'workloads:update');
    return this.database.transaction(async (tx) => {
      const workload = await this.access.lock(tx, id, precondition);
      // Under the lock: what it excludes may have been set a moment ago.
      if (body.strategy) await this.strategies.require(tx, workload, body.strategy, '/strategy/kind');
      requireMatch(ifMatch, workload.generation);
      await this.writer.patch(tx, workload, body);
      await this.workloads.bump(tx, id);
      return this.writer.changed(tx, workload, { by: caller, action: 'workloads:update' });
    });
  }
}
