import { type AccessVersion, type Caller, notFound } from '@berth/access';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { GroupChanges } from '../groups/group-changes.js';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { isOwner, type MemberRecord, type MembershipRecord, toFact } from './membership.js';
import { membershipErrors } from './memberships.errors.js';
import { MembershipsRepository } from './memberships.repository.js';

export interface Changed {
  readonly member: MemberRecord;
  readonly access: AccessVersion;
}

/** Writes memberships; whether the caller may is for whoever calls this to know. An organization keeps an owner. */
@Injectable()
export class MembershipWriter {
  constructor(
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(GroupChanges) private readonly groups: GroupChanges,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `membership_exists` */
  async grant(tx: Tx, by: Caller, given: Omit<MembershipRecord, 'id' | 'createdAt' | 'generation'>): Promise<Changed> {
    const membership = { ...given, id: this.ids.next(), createdAt: this.clock.now() };
    await this.memberships.lock(tx, membership.organizationId);
    if (!(await this.memberships.insert(tx, membership)))
      throw membershipErrors.MembershipExists('has a role there already: change that one', { pointer: '/email' });
    const access = await this.changes.granted(tx, by, membership.id, toFact(membership));
    const member = await this.memberships.find(tx, membership.id);
    if (!member) throw notFound();
    return { member, access };
  }

  /** The membership as it is, held until the commit with all others of its organization. @throws DomainError 404 */
  async locked(tx: Tx, organizationId: string, id: string): Promise<MemberRecord> {
    await this.memberships.lock(tx, organizationId);
    const member = await this.memberships.find(tx, id);
    if (member) return member;
    throw notFound();
  }

  /** @throws DomainError 409 `last_owner` */
  async change(
    tx: Tx,
    by: Caller,
    member: MemberRecord,
    given: Pick<MembershipRecord, 'role' | 'roleId'>,
  ): Promise<Changed> {
    if (given.role !== 'owner') await this.protectLastOwner(tx, member);
    await this.memberships.setRole(tx, member.id, given);
    const access = await this.changes.changed(tx, by, member.id, {
      former: member,
      membership: toFact({ ...member, ...given }),
    });
    return { member: { ...member, ...given, generation: member.generation + 1 }, access };
  }

  /** @throws DomainError 409 `last_owner` */
  async revoke(tx: Tx, by: Caller, member: MemberRecord): Promise<AccessVersion> {
    await this.protectLastOwner(tx, member);
    await this.memberships.delete(tx, member.id);
    const access = await this.changes.revoked(tx, by, member.id, toFact(member));
    return (await this.groups.leaveAll(tx, by, member)) ?? access;
  }

  private async protectLastOwner(tx: Tx, member: MemberRecord): Promise<void> {
    if (!isOwner(member) || (await this.memberships.hasOwnerBeside(tx, member))) return;
    throw membershipErrors.LastOwner('An organization keeps at least one owner: make somebody else owner first.');
  }
}
