import type { Caller } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateWorkload, WorkloadQuery } from '@berth/contracts/deployment';
import { Database, toPage } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { WorkloadAccess } from './workload-access.js';
import { WorkloadParents } from './workload-parents.js';
import { WorkloadRemoval } from './workload-removal.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { WorkloadsRepository } from './workloads.repository.js';

@Injectable()
export class WorkloadsService {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly access: WorkloadAccess,
    private readonly parents: WorkloadParents,
    private readonly writer: WorkloadWriter,
    private readonly removal: WorkloadRemoval,
  ) {}

  async create(caller: Caller, body: CreateWorkload): Promise<WorkloadRow> {
    const { app, environment } = await this.parents.ofNew(caller, body.appId, body.environmentId);
    return this.database.transaction(async (tx) => {
      await this.parents.hold(tx, app, environment);
      return this.writer.create(tx, app, environment, caller);
    });
  }

  get(caller: Caller, id: string): Promise<WorkloadRow> {
    return this.access.require(caller, id, 'workloads:read');
  }

  async list(caller: Caller, query: WorkloadQuery): Promise<Page<WorkloadRow>> {
    const within = await this.parents.shownTo(caller, query);
    return toPage(
      await this.workloads.list(this.database.confined, query, within),
      query.limit,
      (workload) => workload.id,
    );
  }

  /** @throws 409 while others are linked to it, unless that is no matter */
  async remove(caller: Caller, id: string, evenIfUsed: boolean): Promise<void> {
    await this.access.require(caller, id, 'workloads:delete');
    await this.database.transaction(async (tx) => {
      await this.removal.begin(tx, await this.access.lock(tx, id), evenIfUsed, caller);
    });
  }
}
