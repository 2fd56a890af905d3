import { organizationSnapshot, type Quota } from '@berth/contracts/events';
import { Outbox, type SnapshotSource } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { toFact as groupFact } from '../groups/group.js';
import { GroupsRepository } from '../groups/groups.repository.js';
import { toFact } from '../memberships/membership.js';
import { MembershipsRepository } from '../memberships/memberships.repository.js';
import { toFact as roleFact } from '../roles/custom-role.js';
import { RolesRepository } from '../roles/roles.repository.js';

const PAGE = 100;

interface Stated {
  readonly id: string;
  readonly slug: string;
  readonly quota: Quota;
  readonly suspendedFor: string | null;
  readonly secondFactorRequired: boolean;
}

/** States the whole access state of each organization again. */
@Injectable()
export class OrganizationSnapshots implements SnapshotSource {
  readonly aggregate = 'organization';

  constructor(
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(RolesRepository) private readonly roles: RolesRepository,
    @Inject(GroupsRepository) private readonly groups: GroupsRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async emit(tx: Tx, cursor: string | null): Promise<string | null> {
    const page = await tx.query<Stated>(
      'select id, slug, quota, suspended_for as "suspendedFor", second_factor_required as "secondFactorRequired" from organization where $1::uuid is null or id > $1 order by id limit $2',
      [cursor, PAGE],
    );
    for (const organization of page) await this.emitOne(tx, organization);
    return page.length < PAGE ? null : (page.at(-1)?.id ?? null);
  }

  private async emitOne(tx: Tx, { id, slug, quota, suspendedFor, secondFactorRequired }: Stated): Promise<void> {
    const members = await this.memberships.ofOrganization(tx, id);
    const memberships = members.map((member) => toFact({ ...member, organizationId: id }));
    const data = {
      organizationId: id,
      slug,
      status: suspendedFor === null ? ('active' as const) : ('suspended' as const),
      quota,
      memberships,
      roles: (await this.roles.ofOrganization(tx, id)).map(roleFact),
      groups: (await this.groups.ofOrganization(tx, id)).map(groupFact),
      secondFactorRequired,
    };
    await this.outbox.append(tx, organizationSnapshot, { subject: id, organizationId: id, data });
  }
}
