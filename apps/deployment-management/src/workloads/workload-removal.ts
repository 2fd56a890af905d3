import type { Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Canceller } from '../deployments/canceller.js';
import { linkErrors } from '../links/links.errors.js';
import { LinksRepository } from '../links/links.repository.js';
import type { WorkloadRow } from './workload.js';
import { WorkloadWriter } from './workload-writer.js';
import { WorkloadsRepository } from './workloads.repository.js';

/** Accepts the deletion of a workload; what runs is taken away by the reconciler, which then tells it. */
@Injectable()
export class WorkloadRemoval {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly links: LinksRepository,
    private readonly canceller: Canceller,
    private readonly writer: WorkloadWriter,
  ) {}

  /** `workload` was read under its row lock. @throws 409 while others are linked to it */
  async begin(tx: Tx, workload: WorkloadRow, evenIfUsed: boolean, by: Caller): Promise<void> {
    if (!evenIfUsed) await this.requireUnused(tx, workload);
    await this.canceller.cancelAll(tx, workload, by);
    await this.workloads.markDeleted(tx, workload.id);
    await this.writer.changed(tx, workload, { by, action: 'workloads:delete' });
  }

  /** Whoever deletes it may see its whole environment, so those that use it are named. */
  private async requireUnused(tx: Tx, workload: WorkloadRow): Promise<void> {
    const users = await this.links.usersOf(tx, workload);
    if (users.length === 0) return;
    const names = users.map(({ app }) => app).join(', ');
    throw linkErrors.WorkloadLinked(`It is used by ${names}: remove those links first (berth links remove).`);
  }
}
