import { domainSnapshot } from '@berth/contracts/events';
import { Snapshots, type SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { attachedFactOf } from './domain-facts.js';
import { DomainsRepository } from './domains.repository.js';

const PAGE = 100;

/** States again which host leads to which workload, and since when. */
@Injectable()
export class DomainSnapshots implements SnapshotSource {
  readonly aggregate = 'domain';

  constructor(
    snapshots: Snapshots,
    private readonly domains: DomainsRepository,
    private readonly changes: Changes,
  ) {
    snapshots.register(this);
  }

  async emit(tx: Tx, cursor: string | null): Promise<string | null> {
    const page = await this.domains.attached(tx, cursor, PAGE);
    for (const domain of page) await this.changes.tell(tx, domainSnapshot, await attachedFactOf(tx, domain));
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  }
}
