import { WorkQueue } from '@berth/reconcile';
import { Clock, Ids, Keyring, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Throttle } from '../throttle/throttle.js';
import { type Letter, mailOf } from './letter.js';

export const MAIL_QUEUE = 'mail';
export const MAIL_PURPOSE = 'mail';

/** Takes mail in the transaction that causes it. It lies sealed until it is sent, because it may hold a token. */
@Injectable()
export class MailService {
  constructor(
    @Inject(WorkQueue) private readonly queue: WorkQueue,
    @Inject(Keyring) private readonly keyring: Keyring,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(Ids) private readonly ids: Ids,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Before a letter to an address that need not be theirs who ask for it: nobody's mailbox is filled that way.
   * @throws DomainError 429 `too_many_attempts`
   */
  admit(to: string): Promise<void> {
    return this.throttle.admit({ what: 'letter', account: to });
  }

  async post(tx: Tx, letter: Letter): Promise<void> {
    const id = this.ids.next();
    const sealed = this.keyring.seal(MAIL_PURPOSE, JSON.stringify(mailOf(letter)));
    await tx.query('insert into mail (id, sealed, created_at) values ($1, $2, $3)', [id, sealed, this.clock.now()]);
    await this.queue.enqueue(tx, MAIL_QUEUE, id);
  }
}
