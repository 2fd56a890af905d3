import { Audit } from '@berth/access';
import { userReactivated } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { reactivatedMail } from './user-mails.js';
import { userErrors } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** Whether somebody who has proven who they are may come in. */
@Injectable()
export class UserAdmission {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /**
   * Whoever left by themselves comes back by logging in, until they are erased. The user's row is held until the commit, so
   * that nobody begins a session while the account is being closed.
   * @throws DomainError 403 `user_suspended`
   */
  async admit(tx: Tx, userId: string): Promise<void> {
    const user = await this.users.find(tx, userId, 'for update');
    if (!user || user.state === 'active') return;
    if (user.state === 'suspended') throw userErrors.UserSuspended('An administrator has suspended this account.');
    await this.users.setState(tx, userId, 'active', null);
    await this.outbox.append(tx, userReactivated, { subject: userId, data: { userId } });
    await this.mail.post(tx, reactivatedMail(user.email));
    const target = { kind: 'user', id: userId };
    await this.audit.record(tx, { by: 'platform', action: 'users:reactivate', target, organizationId: null });
  }
}
