import { Access, Audit, type Caller, changedFrom, notFound } from '@berth/access';
import type { Page } from '@berth/contracts/common';
import type { CreateInvitation, InvitationQuery, InvitationView } from '@berth/contracts/identity';
import { Database, decodeCursor, Ids, toPage } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { rightsOf } from '../roles/role-rights.js';
import { type InvitationRecord, toView } from './invitation.js';
import { InvitationSender } from './invitation-sender.js';
import { InvitationsRepository } from './invitations.repository.js';

/** What an organization does with its invitations. */
@Injectable()
export class InvitationsService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(InvitationsRepository) private readonly invitations: InvitationsRepository,
    @Inject(InvitationSender) private readonly sender: InvitationSender,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Ids) private readonly ids: Ids,
  ) {}

  /** @throws DomainError 409 `invitation_exists`, 403 for what the caller does not have */
  async create(caller: Caller, { organizationId, email, role, scope }: CreateInvitation): Promise<InvitationRecord> {
    await this.access.require(caller, 'memberships:create', { organizationId });
    if (role === 'owner') await this.access.require(caller, 'memberships:own', { organizationId });
    const place = scope ?? { kind: 'organization' as const, id: organizationId };
    await this.access.requireToHandOn(caller, ...rightsOf(organizationId, { scope: place, role }));
    await this.sender.admit(email);
    const invitation = { id: this.ids.next(), organizationId, email, role, scope: place };
    return this.database.transaction((tx) => this.sender.send(tx, caller, invitation));
  }

  async list(caller: Caller, { organization, limit, cursor }: InvitationQuery): Promise<Page<InvitationView>> {
    await this.access.require(caller, 'memberships:create', { organizationId: organization });
    const after = decodeCursor(cursor, 'id');
    const rows = await this.invitations.list(this.database.confined, organization, after, limit + 1);
    return toPage(rows.map(toView), limit, ({ id }) => id);
  }

  async resend(caller: Caller, id: string): Promise<void> {
    const invitation = await this.find(caller, id);
    await this.sender.admit(invitation.email);
    await this.database.transaction((tx) => this.sender.sendAgain(tx, caller, invitation));
  }

  async withdraw(caller: Caller, id: string): Promise<void> {
    const { organizationId, role, scope } = await this.find(caller, id);
    await this.database.transaction(async (tx) => {
      if (!(await this.invitations.delete(tx, id))) throw notFound();
      const target = { kind: 'invitation', id };
      const change = changedFrom({ role, scope }, {});
      await this.audit.record(tx, { by: caller, action: 'invitations:delete', target, organizationId, change });
    });
  }

  private async find(caller: Caller, id: string): Promise<InvitationRecord> {
    const invitation = await this.invitations.find(this.database, id);
    if (!invitation) throw notFound();
    const target = { organizationId: invitation.organizationId };
    await this.access.require(caller, 'memberships:create', target);
    if (invitation.role === 'owner') await this.access.require(caller, 'memberships:own', target);
    return invitation;
  }
}
