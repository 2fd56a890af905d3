import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { MemberRole } from '@berth/contracts/events';
import type { CreateMembership, MembershipQuery, MemberView, UpdateMembership } from '@berth/contracts/identity';
import { Database, decodeCursor, requireMatch, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { RoleRights } from '../roles/role-rights.js';
import { type MemberRecord, toMemberView } from './membership.js';
import { type Changed, MembershipWriter } from './membership-writer.js';
import { membershipErrors } from './memberships.errors.js';
import { MembershipsRepository } from './memberships.repository.js';

@Injectable()
export class MembershipsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(MembershipWriter) private readonly writer: MembershipWriter,
    @Inject(RoleRights) private readonly rights: RoleRights,
    @Inject(Access) private readonly access: Access,
  ) {}

  async list(caller: Caller, { organization, user, limit, cursor }: MembershipQuery): Promise<Page<MemberView>> {
    await this.access.require(caller, 'memberships:read', { organizationId: organization });
    const whose = { organization, user: user ?? null };
    const rows = await this.memberships.list(this.database.confined, whose, decodeCursor(cursor, 'id'), limit + 1);
    return toPage(rows.map(toMemberView), limit, (member) => member.id);
  }

  async get(caller: Caller, id: string): Promise<MemberRecord> {
    const member = await this.find(id);
    await this.access.require(caller, 'memberships:read', { organizationId: member.organizationId });
    return member;
  }

  /**
   * One more role for somebody who has one. Everybody else is invited: nobody learns by this who is registered, and nobody is
   * in an organization without having said so.
   * @throws DomainError 422 `not_a_member`, 409 `membership_exists`, 403 for what the caller does not have */
  async create(caller: Caller, request: CreateMembership): Promise<Changed> {
    const { organizationId, email, role, roleId = null } = request;
    await this.access.require(caller, 'memberships:create', { organizationId });
    await this.requireOwnershipFor(caller, organizationId, role);
    const scope = request.scope ?? { kind: 'organization' as const, id: organizationId };
    await this.rights.requireToGive(caller, organizationId, { scope, role, roleId });
    const userId = await this.memberships.memberWith(this.database.confined, organizationId, email);
    if (!userId) throw membershipErrors.NotAMember('has no role here yet: send an invitation', { pointer: '/email' });
    const membership = { organizationId, userId, scope, role, roleId };
    return this.database.transaction((tx) => this.writer.grant(tx, caller, membership));
  }

  /** @throws DomainError 409 `last_owner`, 412 when it was changed since it was read, 403 for what the caller does not have */
  async update(caller: Caller, id: string, ifMatch: string | undefined, body: UpdateMembership): Promise<Changed> {
    const { role, roleId = null } = body;
    const { organizationId, scope } = await this.find(id);
    await this.access.require(caller, 'memberships:update', { organizationId });
    return this.database.transaction(async (tx) => {
      const member = await this.writer.locked(tx, organizationId, id);
      requireMatch(ifMatch, member.generation);
      await this.requireOwnershipFor(caller, organizationId, role, member.role);
      refuseForeignRole(member, role);
      await this.rights.requireToGive(caller, organizationId, { scope, role, roleId });
      return this.writer.change(tx, caller, member, { role, roleId });
    });
  }

  /** @throws DomainError 409 `last_owner` */
  async delete(caller: Caller, id: string): Promise<AccessVersion> {
    const { organizationId } = await this.find(id);
    await this.access.require(caller, 'memberships:delete', { organizationId });
    return this.database.transaction(async (tx) => {
      const member = await this.writer.locked(tx, organizationId, id);
      await this.requireOwnershipFor(caller, organizationId, member.role);
      return this.writer.revoke(tx, caller, member);
    });
  }

  private async find(id: string): Promise<MemberRecord> {
    const member = await this.memberships.find(this.database, id);
    if (member) return member;
    throw notFound();
  }

  /** Only owners make owners, and unmake them. */
  private async requireOwnershipFor(caller: Caller, organizationId: string, ...roles: MemberRole[]): Promise<void> {
    if (roles.includes('owner')) await this.access.require(caller, 'memberships:own', { organizationId });
  }
}

function refuseForeignRole({ scope }: MemberRecord, role: MemberRole): void {
  if (scope.kind === 'organization' || !['owner', 'billing'].includes(role)) return;
  throw membershipErrors.RoleNotHere('is a role on an organization only', { pointer: '/role' });
}
