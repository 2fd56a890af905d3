import { Audit, type Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { UsersRepository } from '../users/users.repository.js';
import { newRecoveryCodes } from './recovery-code.js';
import { secondFactorMail, type SecondFactorEvent } from './second-factor-mail.js';
import { secondFactorErrors } from './second-factor.errors.js';
import { SecondFactorRepository } from './second-factor.repository.js';

const actions: Readonly<Record<SecondFactorEvent, string>> = {
  'authenticator added': 'users:enable-second-factor',
  'authenticator removed': 'users:disable-second-factor',
  'passkey added': 'users:add-passkey',
  'passkey removed': 'users:remove-passkey',
  'recovery code used': 'users:use-recovery-code',
  'recovery codes made anew': 'users:renew-recovery-codes',
  'all removed by an administrator': 'users:reset-second-factor',
};

/** What every change of somebody's second factors brings with it, whichever kind it is. */
@Injectable()
export class SecondFactorChanges {
  constructor(
    @Inject(SecondFactorRepository) private readonly repository: SecondFactorRepository,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  /** Call it before the factor is added: recovery codes come with the first one, and none with others. */
  async beginWithCodes(tx: Tx, userId: string): Promise<string[]> {
    await this.users.find(tx, userId, 'for update');
    if (await this.repository.hasAny(tx, userId)) return [];
    const codes = newRecoveryCodes();
    await this.repository.replaceRecoveryCodes(tx, userId, codes);
    return codes;
  }

  /** For who has used most of them up, or lost the paper. @throws DomainError 409 `second_factor_missing` */
  async renewCodes(tx: Tx, by: Caller): Promise<string[]> {
    const { subjectId: userId } = by;
    await this.users.find(tx, userId, 'for update');
    if (!(await this.repository.hasAny(tx, userId)))
      throw secondFactorErrors.SecondFactorMissing('Recovery codes stand in for a second factor: set one up first.');
    const codes = newRecoveryCodes();
    await this.repository.replaceRecoveryCodes(tx, userId, codes);
    await this.told(tx, by, 'recovery codes made anew');
    return codes;
  }

  /**
   * Call it after a factor was removed: with the last one goes what came with the first. Tokens say of sessions that more than
   * a password was shown, which organizations may ask for: so all sessions end, and nobody goes on with what is not true. A
   * device that was let in comes without it.
   */
  async endWithLast(tx: Tx, by: Caller): Promise<void> {
    const { subjectId: userId } = by;
    if (await this.repository.hasAny(tx, userId)) return;
    await this.repository.replaceRecoveryCodes(tx, userId, []);
    await this.sessions.endAll(tx, userId, { by, reason: 'last second factor removed', sparesDevices: true });
  }

  /** Takes everything but the password from somebody, and their sessions with it. */
  async reset(tx: Tx, by: Caller, userId: string, reason: string): Promise<void> {
    await this.repository.deleteAll(tx, userId);
    await this.told(tx, by, 'all removed by an administrator', { userId, reason });
  }

  /** Tells the person, whoever did it, and records it. */
  async told(
    tx: Tx,
    by: Caller | 'platform',
    event: SecondFactorEvent,
    of?: { userId: string; reason?: string },
  ): Promise<void> {
    // Whoever has just added one has shown it.
    if (by !== 'platform' && event.endsWith('added')) await this.repository.markSession(tx, by.sessionId);
    const id = of?.userId ?? (by === 'platform' ? '' : by.subjectId);
    const user = await this.users.find(tx, id);
    if (user) await this.mail.post(tx, secondFactorMail(user.email, event));
    const target = { kind: 'user', id };
    const detail = { reason: of?.reason };
    await this.audit.record(tx, { by, action: actions[event], target, organizationId: null, detail });
  }
}
