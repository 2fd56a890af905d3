import { Clock, CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { judgeAttempt, type Limits, networkOf } from './attempts.js';
import { throttleErrors } from './throttle.errors.js';
import { ThrottleRepository } from './throttle.repository.js';

const LONGEST_WAIT_SECONDS = 300;

/** Who tries: from where, and whose account, which need not exist. */
export interface Attempt {
  /** `login`, `recovery`, ...: each is counted apart. */
  readonly what: string;
  readonly account: string;
  /** Absent: where it comes from does not matter, as when somebody is written to. */
  readonly address?: string;
}

/** Slows down guessing, per account and per network address, the same for accounts that do not exist. */
@Injectable()
export class Throttle {
  private readonly perAccount: Limits;
  private readonly perAddress: Limits;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(ThrottleRepository) private readonly repository: ThrottleRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    this.perAccount = { free: config.ATTEMPTS_PER_ACCOUNT, longestWaitSeconds: LONGEST_WAIT_SECONDS };
    this.perAddress = { free: config.ATTEMPTS_PER_ADDRESS, longestWaitSeconds: LONGEST_WAIT_SECONDS };
  }

  /** Counts the attempt before it is made. @throws DomainError 429 `too_many_attempts` */
  async admit(attempt: Attempt): Promise<void> {
    // In a transaction of its own: what comes of the attempt must not take the count back.
    const waitSeconds = await this.database.apart(() => this.database.transaction((tx) => this.judge(tx, attempt)));
    if (waitSeconds === 0) return;
    throw throttleErrors.TooManyAttempts('Too many attempts: wait and try again.', { retryAfter: waitSeconds });
  }

  /** The attempt was right: the account starts anew, the address gets its attempt back. */
  async succeeded(attempt: Attempt): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.repository.forget(tx, accountOf(attempt));
      if (attempt.address !== undefined) await this.repository.giveBack(tx, addressOf(attempt.what, attempt.address));
    });
  }

  /** Seconds to wait; 0: granted. The account first, always: two transactions never wait for each other. */
  private async judge(tx: Tx, attempt: Attempt): Promise<number> {
    const now = this.clock.now();
    const places = [{ subject: accountOf(attempt), limits: this.perAccount }];
    const { what, address } = attempt;
    if (address !== undefined) places.push({ subject: addressOf(what, address), limits: this.perAddress });
    const judged = [];
    for (const { subject, limits } of places) {
      const judgement = judgeAttempt(await this.repository.lock(tx, subject, now), now, limits);
      if (!judgement.granted) return judgement.retryAfterSeconds;
      judged.push({ subject, attempts: judgement.attempts });
    }
    for (const { subject, attempts } of judged) await this.repository.store(tx, subject, attempts);
    await this.repository.forgetOld(tx, now);
    return 0;
  }
}

const accountOf = ({ what, account }: Attempt): string => `${what} account ${account}`;
const addressOf = (what: string, address: string): string => `${what} address ${networkOf(address)}`;
