import { Audit, type Caller, notFound } from '@berth/access';
import { Clock, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { OrganizationsRepository } from '../organizations/organizations.repository.js';
import { newToken } from '../sealing/opaque-token.js';
import { expiryFrom, type InvitationRecord } from './invitation.js';
import { invitationMail } from './invitation-mail.js';
import { invitationErrors } from './invitations.errors.js';
import { InvitationsRepository } from './invitations.repository.js';

/** Stores invitations and posts their mail, both or neither. */
@Injectable()
export class InvitationSender {
  constructor(
    @Inject(InvitationsRepository) private readonly invitations: InvitationsRepository,
    @Inject(OrganizationsRepository) private readonly organizations: OrganizationsRepository,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Before one is sent, outside of its transaction. @throws DomainError 429 `too_many_attempts` */
  admit(email: string): Promise<void> {
    return this.mail.admit(email);
  }

  async send(
    tx: Tx,
    by: Caller,
    invitation: Omit<InvitationRecord, 'expiresAt' | 'createdAt'>,
  ): Promise<InvitationRecord> {
    const token = newToken();
    const now = this.clock.now();
    const made = { ...invitation, createdAt: now, expiresAt: expiryFrom(now) };
    if (!(await this.invitations.insert(tx, made, token)))
      throw invitationErrors.InvitationExists('is invited already: resend that one', { pointer: '/email' });
    await this.post(tx, by, made, token, 'invitations:create');
    return made;
  }

  async sendAgain(tx: Tx, by: Caller, invitation: InvitationRecord): Promise<void> {
    const token = newToken();
    if (!(await this.invitations.renew(tx, invitation.id, token, expiryFrom(this.clock.now())))) throw notFound();
    await this.post(tx, by, invitation, token, 'invitations:resend');
  }

  private async post(tx: Tx, by: Caller, invitation: InvitationRecord, token: string, action: string): Promise<void> {
    const { id, organizationId, email, scope, role } = invitation;
    const organization = await this.organizations.find(tx, organizationId);
    await this.mail.post(tx, invitationMail(email, organization?.slug ?? '', token));
    const target = { kind: 'invitation', id };
    await this.audit.record(tx, { by, action, target, organizationId, detail: { scope, role } });
  }
}
