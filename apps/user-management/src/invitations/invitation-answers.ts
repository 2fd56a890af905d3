import { Access, type Caller } from '@berth/access';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type Changed, MembershipWriter } from '../memberships/membership-writer.js';
import { UsersRepository } from '../users/users.repository.js';
import type { InvitationRecord } from './invitation.js';
import { invitationErrors } from './invitations.errors.js';
import { InvitationsRepository } from './invitations.repository.js';

/** What somebody does with an invitation that came by mail. */
@Injectable()
export class InvitationAnswers {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(InvitationsRepository) private readonly invitations: InvitationsRepository,
    @Inject(MembershipWriter) private readonly memberships: MembershipWriter,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Access) private readonly access: Access,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * The caller gets the role, if the mail went to the caller's own proven address: a mail that was passed on is no invitation.
   * @throws DomainError 422 `invitation_invalid`, 403 `invitation_for_another_address`, 409 `membership_exists`,
   * 403 `second_factor_needed`
   */
  async accept(caller: Caller, token: string): Promise<Changed> {
    this.access.requireSecondFactor(caller);
    return this.database.transaction(async (tx) => {
      const { organizationId, email, scope, role } = await this.take(tx, token);
      const user = await this.users.find(tx, caller.subjectId);
      if (user?.email !== email)
        throw invitationErrors.InvitationForAnotherAddress('The invitation was sent to another address than yours.');
      const membership = { organizationId, userId: user.id, scope, role, roleId: null };
      return this.memberships.grant(tx, caller, membership);
    });
  }

  async decline(token: string): Promise<void> {
    await this.database.transaction((tx) => this.take(tx, token));
  }

  private async take(tx: Tx, token: string): Promise<InvitationRecord> {
    const invitation = await this.invitations.take(tx, token, this.clock.now());
    if (invitation) return invitation;
    throw invitationErrors.InvitationInvalid('The code is not valid, was used or has ended.', { pointer: '/token' });
  }
}
