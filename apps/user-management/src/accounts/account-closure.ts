import { Audit, type Caller, changedFrom } from '@berth/access';
import { sessionRevoked, userDeactivated, userReactivated } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Letter } from '../mail/letter.js';
import { MailService } from '../mail/mail.service.js';
import { SessionEnder } from '../sessions/session-ender.js';
import type { UserRecord, UserState } from '../users/user.js';
import { userErrors } from '../users/users.errors.js';
import { UsersRepository } from '../users/users.repository.js';
import { deactivatedMail, erasureMail, resumedMail, suspendedMail } from './account-mails.js';

export interface Closure {
  readonly by: Caller | 'platform';
  readonly state: Exclude<UserState, 'active'>;
  readonly reason: string;
  readonly eraseAt?: Date;
}

/** Closes an account: whoever is in is out, on every service, and what was planned with its mailbox is void. */
@Injectable()
export class AccountClosure {
  constructor(
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** @throws DomainError 403 `user_suspended` for somebody who would end a suspension by leaving */
  async close(tx: Tx, userId: string, { by, state, reason, eraseAt }: Closure): Promise<void> {
    const { state: before } = (await this.users.find(tx, userId, 'for update')) ?? {};
    if (before === 'suspended' && state === 'deactivated')
      throw userErrors.UserSuspended('An administrator has suspended this account.');
    const email = await this.users.setState(tx, userId, state, eraseAt ?? null);
    if (email === undefined) return;
    await this.mail.post(tx, letterOf(email, state, eraseAt));
    await tx.query('delete from email_change where user_id = $1', [userId]);
    await this.revokeApiTokens(tx, userId);
    await this.outbox.append(tx, userDeactivated, { subject: userId, data: { userId } });
    await this.sessions.endAll(tx, userId, { by, reason });
    const target = { kind: 'user', id: userId };
    const detail = { reason, eraseAt: eraseAt?.toISOString() };
    const change = changedFrom({ state: before }, { state });
    await this.audit.record(tx, { by, action: 'users:deactivate', target, organizationId: null, detail, change });
  }

  /** Takes a suspension back; somebody who was leaving is still on the way out. */
  async reopen(tx: Tx, user: UserRecord, { by, reason }: Pick<Closure, 'by' | 'reason'>): Promise<void> {
    const { id: userId, email, eraseAt } = user;
    const state = eraseAt ? 'deactivated' : 'active';
    await this.users.setState(tx, userId, state, eraseAt);
    if (!eraseAt) await this.outbox.append(tx, userReactivated, { subject: userId, data: { userId } });
    await this.mail.post(tx, resumedMail(email));
    const target = { kind: 'user', id: userId };
    const change = changedFrom({ state: user.state }, { state });
    const act = { action: 'users:resume', target, organizationId: null, detail: { reason }, change };
    await this.audit.record(tx, { by, ...act });
  }

  /** Access tokens carry the id of the API token that they were exchanged for as their session. */
  private async revokeApiTokens(tx: Tx, userId: string): Promise<void> {
    const revoked = await tx.query<{ id: string }>('delete from api_token where user_id = $1 returning id', [userId]);
    for (const { id } of revoked)
      await this.outbox.append(tx, sessionRevoked, { subject: id, data: { sessionId: id, userId } });
  }
}

function letterOf(to: string, state: Closure['state'], eraseAt: Date | undefined): Letter {
  if (state === 'suspended') return suspendedMail(to);
  return eraseAt ? erasureMail(to, eraseAt) : deactivatedMail(to);
}
