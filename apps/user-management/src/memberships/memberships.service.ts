import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { Role } from '@berth/contracts/events';
import type { CreateMembership, MembershipQuery, MemberView, UpdateMembership } from '@berth/contracts/identity';
import { Clock, Database, decodeCursor, Ids, requireMatch, toPage, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationChanges } from '../organizations/organization-changes.js';
import { isOwner, type MemberRecord, type MembershipRecord, toFact, toMemberView } from './membership.js';
import { membershipErrors } from './memberships.errors.js';
import { MembershipsRepository } from './memberships.repository.js';

export interface Changed {
  readonly member: MemberRecord;
  readonly access: AccessVersion;
}

@Injectable()
export class MembershipsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(OrganizationChanges) private readonly changes: OrganizationChanges,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  async list(caller: Caller, { organization, limit, cursor }: MembershipQuery): Promise<Page<MemberView>> {
    await this.access.require(caller, 'memberships:read', { organizationId: organization });
    const rows = await this.memberships.list(this.database, organization, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toMemberView), limit, (member) => member.id);
  }

  async get(caller: Caller, id: string): Promise<MemberRecord> {
    const member = await this.find(id);
    await this.access.require(caller, 'memberships:read', { organizationId: member.organizationId });
    return member;
  }

  /** @throws DomainError 404 `member_not_found`, 409 `membership_exists` */
  async create(caller: Caller, request: CreateMembership): Promise<Changed> {
    const { organizationId, email, role } = request;
    await this.access.require(caller, 'memberships:create', { organizationId });
    await this.requireOwnershipFor(caller, organizationId, role);
    const scope = request.scope ?? { kind: 'organization', id: organizationId };
    const userId = await this.memberships.userWith(this.database, email);
    if (!userId) throw membershipErrors.MemberNotFound('Nobody is registered with it', { pointer: '/email' });
    const membership = { id: this.ids.next(), organizationId, userId, scope, role, createdAt: this.clock.now() };
    return this.database.transaction((tx) => this.grant(tx, caller, membership));
  }

  /** @throws DomainError 409 `last_owner`, 412 when it was changed since it was read */
  async update(caller: Caller, id: string, ifMatch: string | undefined, { role }: UpdateMembership): Promise<Changed> {
    const { organizationId } = await this.find(id);
    await this.access.require(caller, 'memberships:update', { organizationId });
    return this.database.transaction(async (tx) => {
      const member = await this.findLocked(tx, organizationId, id);
      requireMatch(ifMatch, member.generation);
      await this.requireOwnershipFor(caller, organizationId, role, member.role);
      refuseForeignRole(member, role);
      if (role !== 'owner') await this.protectLastOwner(tx, member);
      await this.memberships.setRole(tx, id, role);
      const access = await this.changes.changed(tx, caller, id, toFact({ ...member, role }));
      return { member: { ...member, role, generation: member.generation + 1 }, access };
    });
  }

  /** @throws DomainError 409 `last_owner` */
  async delete(caller: Caller, id: string): Promise<AccessVersion> {
    const { organizationId } = await this.find(id);
    await this.access.require(caller, 'memberships:delete', { organizationId });
    return this.database.transaction(async (tx) => {
      const member = await this.findLocked(tx, organizationId, id);
      await this.requireOwnershipFor(caller, organizationId, member.role);
      await this.protectLastOwner(tx, member);
      await this.memberships.delete(tx, id);
      return this.changes.revoked(tx, caller, id, toFact(member));
    });
  }

  /** Whether `caller` may is for whoever calls this to know. @throws DomainError 409 `membership_exists` */
  async grant(tx: Tx, caller: Caller, membership: Omit<MembershipRecord, 'generation'>): Promise<Changed> {
    await this.memberships.lock(tx, membership.organizationId);
    if (!(await this.memberships.insert(tx, membership)))
      throw membershipErrors.MembershipExists('has a role there already: change that one', { pointer: '/email' });
    const access = await this.changes.granted(tx, caller, membership.id, toFact(membership));
    return { member: found(await this.memberships.find(tx, membership.id)), access };
  }

  private async find(id: string): Promise<MemberRecord> {
    return found(await this.memberships.find(this.database, id));
  }

  private async findLocked(tx: Tx, organizationId: string, id: string): Promise<MemberRecord> {
    await this.memberships.lock(tx, organizationId);
    return found(await this.memberships.find(tx, id));
  }

  /** Only owners make owners, and unmake them. */
  private async requireOwnershipFor(caller: Caller, organizationId: string, ...roles: Role[]): Promise<void> {
    if (roles.includes('owner')) await this.access.require(caller, 'memberships:own', { organizationId });
  }

  private async protectLastOwner(tx: Tx, member: MemberRecord): Promise<void> {
    if (!isOwner(member) || (await this.memberships.countOwners(tx, member.organizationId)) > 1) return;
    throw membershipErrors.LastOwner('An organization keeps at least one owner: make somebody else owner first.');
  }
}

function found(member: MemberRecord | undefined): MemberRecord {
  if (member) return member;
  throw notFound();
}

function refuseForeignRole({ scope }: MemberRecord, role: Role): void {
  if (scope.kind === 'organization' || !['owner', 'billing'].includes(role)) return;
  throw membershipErrors.RoleNotHere('is a role on an organization only', { pointer: '/role' });
}
