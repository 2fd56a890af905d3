import { Audit, type Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { UsersRepository } from '../users/users.repository.js';
import { passwordChangedMail } from './password-changed-mail.js';

export interface PasswordChange {
  readonly by: Caller | 'platform';
  readonly reason: string;
  /** The one session that goes on, if any. */
  readonly except?: string;
}

/** What a new password means: whoever came in with the old one is out, no code for recovery is good, and its owner is told. */
@Injectable()
export class PasswordSetter {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  async set(tx: Tx, userId: string, passwordHash: string, { by, reason, except }: PasswordChange): Promise<void> {
    const email = await this.users.setPassword(tx, userId, passwordHash);
    if (email === undefined) return;
    await tx.query('delete from recovery where user_id = $1', [userId]);
    await this.sessions.endAll(tx, userId, { by, reason, except });
    await this.mail.post(tx, passwordChangedMail(email));
    const target = { kind: 'user', id: userId };
    const act = { by, person: userId, action: 'users:set-password', target };
    await this.audit.record(tx, { ...act, organizationId: null, detail: { reason } });
  }
}
