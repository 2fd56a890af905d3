import { appDeleted, environmentDeleted, projectDeleted } from '@berth/contracts/events';
import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import { DnsWakes } from '../dns-zones/dns-wakes.js';
import { ENVIRONMENTS } from '../environments/environment-queue.js';
import { OrganizationWorkloads } from './organization-workloads.js';

interface Gone {
  readonly id: string;
  readonly projectId: string;
}

/** An organization is gone for good: all that it has here goes with it, and is told as if its people had deleted it. */
@Injectable()
export class OrganizationEnd {
  constructor(
    private readonly workloads: OrganizationWorkloads,
    private readonly changes: Changes,
    private readonly queue: WorkQueue,
    private readonly zones: DnsWakes,
    private readonly mint: Mint,
  ) {}

  async end(tx: Tx, organizationId: string): Promise<void> {
    await this.workloads.delete(tx, organizationId);
    await this.zones.end(tx, organizationId, this.mint.now());
    await tx.query('delete from pull_credential where organization_id = $1', [organizationId]);
    for (const { id, projectId } of await this.mark(tx, 'app', organizationId)) {
      const data = { organizationId, projectId, appId: id };
      await this.changes.tell(tx, appDeleted, { subject: id, organizationId, data });
    }
    const environments = await this.mark(tx, 'environment', organizationId);
    for (const { id, projectId } of environments) {
      const data = { organizationId, projectId, environmentId: id };
      await this.changes.tell(tx, environmentDeleted, { subject: id, organizationId, data });
    }
    const ids = environments.map(({ id }) => id);
    await this.queue.enqueueAll(tx, ENVIRONMENTS, ids);
    for (const { id } of await this.mark(tx, 'project', organizationId)) {
      const data = { organizationId, projectId: id };
      await this.changes.tell(tx, projectDeleted, { subject: id, organizationId, data });
    }
    const target = { kind: 'organization', id: organizationId };
    await this.changes.act(tx, { by: 'platform', action: 'organizations:delete', target, organizationId });
  }

  private mark(tx: Tx, table: 'app' | 'environment' | 'project', organizationId: string): Promise<Gone[]> {
    return tx.query<Gone>(
      `update ${table} set deleted_at = $2 where organization_id = $1 and deleted_at is null
       returning id, ${table === 'project' ? 'id' : 'project_id'} as "projectId"`,
      [organizationId, this.mint.now()],
    );
  }
}
