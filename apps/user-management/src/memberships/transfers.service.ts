import { Access, type AccessVersion, type Caller, notFound } from '@berth/access';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationsRepository } from '../organizations/organizations.repository.js';
import { MembershipWriter } from './membership-writer.js';
import { membershipErrors } from './memberships.errors.js';
import { MembershipsRepository } from './memberships.repository.js';

/** Hands an organization over: at no moment has it two owners by this, or none. */
@Injectable()
export class TransfersService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(MembershipsRepository) private readonly memberships: MembershipsRepository,
    @Inject(MembershipWriter) private readonly writer: MembershipWriter,
    @Inject(Access) private readonly access: Access,
  ) {}

  /** To somebody with a role on the whole organization. @throws DomainError 422 `not_a_member` */
  async transfer(caller: Caller, organizationId: string, userId: string): Promise<AccessVersion> {
    if (!(await this.organizations.find(this.database, organizationId))) throw notFound();
    await this.access.require(caller, 'memberships:own', { organizationId });
    return this.database.transaction(async (tx) => {
      await this.memberships.lock(tx, organizationId);
      const mine = await this.memberships.onOrganization(tx, organizationId, caller.subjectId);
      const theirs = await this.memberships.onOrganization(tx, organizationId, userId);
      if (!theirs || userId === caller.subjectId)
        throw membershipErrors.NotAMember('has no role on the organization', { pointer: '/userId' });
      const member = await this.writer.locked(tx, organizationId, theirs.id);
      const { access } = await this.writer.change(tx, caller, member, { role: 'owner', roleId: null });
      if (mine?.role !== 'owner') return access;
      const former = await this.writer.locked(tx, organizationId, mine.id);
      return (await this.writer.change(tx, caller, former, { role: 'admin', roleId: null })).access;
    });
  }
}
