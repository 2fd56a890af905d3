import { isReservedUsername } from '@berth/contracts/identity';
import { Clock, type Sql, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { MailService } from '../mail/mail.service.js';
import { Throttle } from '../throttle/throttle.js';
import { numberedStem, stemOfAddress } from './username.js';
import { otherUsernameMail } from './user-mails.js';
import { userErrors } from './users.errors.js';
import { UsernamesRepository } from './usernames.repository.js';

const DAY_MS = 86_400_000;
/** So long a former name belongs to nobody else: links and habits still mean its former owner. */
const HELD_DAYS = 30;
/** Nobody keeps more names from others than these and the present one. */
const MOST_FORMER = 3;

/** Who looks for a name, and from where. */
export interface Chooser {
  /** null: somebody who has no account. */
  readonly userId: string | null;
  readonly address: string;
}

/** The one name under which a person is known on the platform. */
@Injectable()
export class Usernames {
  constructor(
    @Inject(UsernamesRepository) private readonly usernames: UsernamesRepository,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(MailService) private readonly mail: MailService,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Gives somebody new the name that they chose, else one made from the address; with a number if it is taken. A mail tells
   * whoever gets another one than they chose.
   */
  async give(tx: Tx, { id, email, chosen }: { id: string; email: string; chosen: string | null }): Promise<void> {
    const given = await this.claimLike(tx, id, chosen ?? stemOfAddress(email));
    if (chosen !== null && given !== chosen) await this.mail.post(tx, otherUsernameMail(email, chosen, given));
  }

  private async claimLike(tx: Tx, id: string, name: string): Promise<string> {
    const now = this.clock.now();
    if (!isReservedUsername(name) && (await this.usernames.claim(tx, name, id, now))) return name;
    const stem = numberedStem(name);
    // Somebody else may take a number between the look and the claim; the next look sees that.
    for (;;) {
      const numbered = `${stem}${await this.usernames.freeNumber(tx, stem)}`;
      if (await this.usernames.claim(tx, numbered, id, now)) return numbered;
    }
  }

  /** @throws DomainError 409 `username_taken`, 409 `username_changes_spent` */
  async change(tx: Tx, userId: string, name: string): Promise<void> {
    const now = this.clock.now();
    await this.usernames.release(tx, userId, new Date(now.getTime() + HELD_DAYS * DAY_MS));
    if (!(await this.usernames.claim(tx, name, userId, now))) throw taken();
    const former = await this.usernames.former(tx, userId, now);
    const [oldest] = former;
    if (oldest && former.length > MOST_FORMER)
      throw userErrors.UsernameChangesSpent(
        `You keep ${MOST_FORMER} former names from others already; the next change is possible after ${oldest.heldUntil.toISOString()}.`,
        { pointer: '/username' },
      );
    await this.usernames.forgetFree(tx, now);
  }

  /**
   * Says early what is so at the moment. Whoever goes through names to learn who is here is slowed down.
   * @throws DomainError 409 `username_taken`, 429 `too_many_attempts`
   */
  async requireFree(sql: Sql, name: string, { userId, address }: Chooser): Promise<void> {
    const attempt = { what: 'username', account: userId ?? `somebody at ${address}`, address };
    await this.throttle.admit(attempt);
    if (await this.usernames.isTaken(sql, name, userId, this.clock.now())) throw taken();
    await this.throttle.giveBack(attempt);
  }
}

const taken = () => userErrors.UsernameTaken('Somebody has this username.', { pointer: '/username' });
