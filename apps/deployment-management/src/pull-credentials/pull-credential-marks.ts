import type { Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { OrganizationWorkloads } from '../organizations/organization-workloads.js';
import type { PullCredentialRow } from './pull-credential.js';

/** What a change of credentials leaves behind in its own transaction. */
@Injectable()
export class PullCredentialMarks {
  constructor(
    private readonly workloads: OrganizationWorkloads,
    private readonly changes: Changes,
  ) {}

  async changed(tx: Tx, by: Caller, row: PullCredentialRow, verb: 'create' | 'delete'): Promise<void> {
    const { id, organizationId, registry } = row;
    await this.workloads.lookAnew(tx, organizationId);
    const target = { kind: 'pull-credential', id };
    await this.changes.act(tx, {
      by,
      action: `pull-credentials:${verb}`,
      target,
      organizationId,
      detail: { registry },
    });
  }
}
