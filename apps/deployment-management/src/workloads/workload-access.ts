import { Access, type Caller, type Permission } from '@berth/access';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { notFound } from '../not-found.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** What has to be so still when a change is made; asked under the row lock. @throws when it is not */
export type Precondition = (tx: Tx, workload: WorkloadRow) => Promise<void>;

/** Finds a workload for a caller: everything that belongs to a workload is reached through here. */
@Injectable()
export class WorkloadAccess {
  constructor(
    private readonly database: Database,
    private readonly workloads: WorkloadsRepository,
    private readonly access: Access,
  ) {}

  /** @throws 404 when it does not exist or the caller may not know that it does, 403 when its role is too low */
  async require(caller: Caller, id: string, permission: Permission): Promise<WorkloadRow> {
    const workload = await this.workloads.find(this.database, id);
    if (!workload || workload.deletedAt) throw notFound();
    const { organizationId, projectId, environmentId } = workload;
    await this.access.require(caller, permission, { organizationId, projectId, environmentId });
    return workload;
  }

  /** Its newest state under the row lock that every change takes. */
  async lock(tx: Tx, id: string, precondition?: Precondition): Promise<WorkloadRow> {
    const workload = await this.workloads.lock(tx, id);
    if (!workload || workload.deletedAt) throw notFound();
    await precondition?.(tx, workload);
    return workload;
  }

  /** Schedules, domains and patches leave its generation alone: whoever declares it otherwise has to see that they changed. */
  partChanged(tx: Tx, id: string): Promise<void> {
    return this.workloads.countPartChange(tx, id);
  }
}
