import { Audit, type Caller } from '@berth/access';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { hashToken, newToken } from '../sealing/opaque-token.js';
import { UsersRepository } from '../users/users.repository.js';
import { addressChangeAskedMail, addressChangedMail, addressTakenMail, confirmAddressMail } from './account-mails.js';
import { accountErrors } from './accounts.errors.js';

const VALID_MS = 24 * 3_600_000;

/** From one proven address to another. Both are told, so that nobody loses an account without hearing of it. */
@Injectable()
export class EmailChanges {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** The same work and the same answer whether the address is free: only its mail tells. */
  async ask({ subjectId }: Caller, email: string): Promise<void> {
    await this.mail.admit(email);
    const token = newToken();
    await this.database.transaction(async (tx) => {
      const user = await this.users.find(tx, subjectId);
      if (!user) return;
      const isTaken = (await this.users.findByEmail(tx, email)) !== undefined;
      await this.store(tx, subjectId, email, token);
      await this.mail.post(tx, isTaken ? addressTakenMail(email) : confirmAddressMail(email, token));
      await this.mail.post(tx, addressChangeAskedMail(user.email));
    });
  }

  /** @throws DomainError 422 `email_change_invalid`, 409 `email_taken` */
  async confirm(caller: Caller, token: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const email = await this.take(tx, caller.subjectId, token);
      const user = email === undefined ? undefined : await this.users.find(tx, caller.subjectId, 'for update');
      if (email === undefined || !user)
        throw accountErrors.EmailChangeInvalid('The code is not valid, was used or has ended.', { pointer: '/token' });
      if (!(await this.users.setEmail(tx, user.id, email)))
        throw accountErrors.EmailTaken('This address has an account already.');
      // A code that lies in the former mailbox must not open the account any more.
      await tx.query('delete from recovery where user_id = $1', [user.id]);
      for (const address of [user.email, email]) await this.mail.post(tx, addressChangedMail(address));
      const target = { kind: 'user', id: user.id };
      const detail = { changed: ['email'] };
      await this.audit.record(tx, { by: caller, action: 'users:change-email', target, organizationId: null, detail });
    });
  }

  private async store(tx: Tx, userId: string, email: string, token: string): Promise<void> {
    await tx.query(
      `insert into email_change (user_id, email, token_hash, expires_at) values ($1, $2, $3, $4)
       on conflict (user_id) do update
         set email = excluded.email, token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
      [userId, email, hashToken(token), new Date(this.clock.now().getTime() + VALID_MS)],
    );
  }

  private async take(tx: Tx, userId: string, token: string): Promise<string | undefined> {
    const [taken] = await tx.query<{ email: string }>(
      'delete from email_change where user_id = $1 and token_hash = $2 and expires_at > $3 returning email',
      [userId, hashToken(token), this.clock.now()],
    );
    return taken?.email;
  }
}
