import { Audit } from '@berth/access';
import { userDeleted } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { erasedMail } from './account-mails.js';
import { Departures } from './departures.js';
import { SoleOwnership } from './sole-ownership.js';

/** What is kept under an address and not under a user. */
const byAddress = ['registration', 'recovery_request', 'invitation', 'email_change'];

/** Removes a person: here at once, elsewhere by events. What they did stays recorded under their id. */
@Injectable()
export class AccountErasure {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SoleOwnership) private readonly ownership: SoleOwnership,
    @Inject(Departures) private readonly departures: Departures,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 409 `sole_owner`: only if an administrator closed the other owners' accounts meanwhile */
  async erase(tx: Tx, userId: string, now: Date): Promise<void> {
    await this.ownership.refuse(tx, userId);
    const user = await this.users.find(tx, userId, 'for update');
    if (!user?.eraseAt || user.eraseAt > now) return;
    await this.departures.leaveAll(tx, userId);
    for (const table of byAddress) await tx.query(`delete from ${table} where email = $1`, [user.email]);
    await tx.query('delete from session where user_id = $1', [userId]);
    await tx.query('delete from audit_address where subject_id = $1', [userId]);
    await tx.query('delete from app_user where id = $1', [userId]);
    await this.outbox.append(tx, userDeleted, { subject: userId, data: { userId } });
    await this.mail.post(tx, erasedMail(user.email));
    const target = { kind: 'user', id: userId };
    await this.audit.record(tx, { by: 'platform', action: 'users:erase', target, organizationId: null });
  }
}
