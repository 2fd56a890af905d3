import { Audit, type Caller } from '@berth/access';
import type { Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { SessionsRepository } from '../sessions/sessions.repository.js';
import type { UserRecord } from '../users/user.js';
import { UsersRepository } from '../users/users.repository.js';
import type { ImpersonationRecord } from './impersonation.js';
import { impersonationMail } from './impersonation-mail.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** Keeps impersonations, and records each step of them with who took it. */
@Injectable()
export class ImpersonationStore {
  constructor(
    @Inject(ImpersonationsRepository) private readonly impersonations: ImpersonationsRepository,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionsRepository) private readonly sessions: SessionsRepository,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
  ) {}

  user(tx: Tx, id: string): Promise<UserRecord | undefined> {
    return this.users.find(tx, id, 'for update');
  }

  /** False when it was ended. */
  holdSession(tx: Tx, id: string): Promise<boolean> {
    return this.sessions.holdOpen(tx, id);
  }

  askedBy(tx: Tx, administratorId: string, id: string, now: Date): Promise<ImpersonationRecord | undefined> {
    return this.impersonations.lockAskedBy(tx, administratorId, id, now);
  }

  async ask(tx: Tx, by: Caller, asked: ImpersonationRecord, email: string): Promise<void> {
    await this.impersonations.insert(tx, asked);
    await this.mail.post(tx, impersonationMail(email, asked.id, asked.reason));
    await this.record(tx, by, 'impersonations:ask', asked);
  }

  async consent(
    tx: Tx,
    by: Caller,
    id: string,
    span: { readonly now: Date; readonly until: Date },
  ): Promise<ImpersonationRecord | undefined> {
    const consented = await this.impersonations.consent(tx, by.subjectId, id, span);
    if (consented) await this.record(tx, by, 'impersonations:consent', consented);
    return consented;
  }

  /** Each token that is given out is recorded, and ends with the session in which it was: what it reads is not. */
  async looked(tx: Tx, by: Caller, impersonation: ImpersonationRecord): Promise<void> {
    await this.impersonations.look(tx, impersonation.id, by.sessionId);
    await this.record(tx, by, 'impersonations:look', impersonation);
  }

  private record(tx: Tx, by: Caller, action: string, { id, userId, reason }: ImpersonationRecord): Promise<void> {
    const target = { kind: 'impersonation', id };
    return this.audit.record(tx, { by, action, target, organizationId: null, detail: { userId, reason } });
  }
}
