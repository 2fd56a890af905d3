import { organizationSnapshot, type Quota } from '@berth/contracts/events';
import { Outbox, type SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { toFact } from '../memberships/membership.js';
import { MembershipsRepository } from '../memberships/memberships.repository.js';

const PAGE = 100;

/** States the whole access state of each organization again. */
@Injectable()
export class OrganizationSnapshots implements SnapshotSource {
  readonly aggregate = 'organization';

  constructor(
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async emit(tx: Tx, cursor: string | null): Promise<string | null> {
    const page = await tx.query<{ id: string; slug: string; quota: Quota }>(
      'select id, slug, quota from organization where $1::uuid is null or id > $1 order by id limit $2',
      [cursor, PAGE],
    );
    for (const organization of page) await this.emitOne(tx, organization);
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  }

  private async emitOne(tx: Tx, { id, slug, quota }: { id: string; slug: string; quota: Quota }): Promise<void> {
    const members = await this.memberships.ofOrganization(tx, id);
    const memberships = members.map((member) => toFact({ ...member, organizationId: id }));
    const data = { organizationId: id, slug, status: 'active' as const, quota, memberships };
    await this.outbox.append(tx, organizationSnapshot, { subject: id, organizationId: id, data });
  }
}
