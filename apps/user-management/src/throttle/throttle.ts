import { Clock, CONFIG, Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { judgeAttempt, type Limits, networkOf, sharedBy } from './attempts.js';
import { throttleErrors } from './throttle.errors.js';
import { ThrottleRepository } from './throttle.repository.js';

const waits = { longestWaitSeconds: 300, growth: 2 };

/** Who tries: from where, and whose account, which need not exist. */
export interface Attempt {
  /** `login`, `recovery`, ...: each is counted apart. */
  readonly what: string;
  readonly account: string;
  /** By so many names an account can be tried, and this is one: each has its share of what is granted. */
  readonly names?: number;
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
    this.perAccount = { free: config.ATTEMPTS_PER_ACCOUNT, ...waits };
    this.perAddress = { free: config.ATTEMPTS_PER_ADDRESS, ...waits };
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

  /** The attempt was none: it does not count. Those before it still do, so that it is no way to start anew. */
  async giveBack(attempt: Attempt): Promise<void> {
    const { what, address } = attempt;
    await this.database.transaction(async (tx) => {
      await this.repository.giveBack(tx, accountOf(attempt));
      if (address !== undefined) await this.repository.giveBack(tx, addressOf(what, address));
    });
  }

  /** Seconds to wait; 0: granted. The account first, always: two transactions never wait for each other. */
  private async judge(tx: Tx, attempt: Attempt): Promise<number> {
    const { what, address, names = 1 } = attempt;
    const now = this.clock.now();
    const places = [{ subject: accountOf(attempt), limits: sharedBy(names, this.perAccount) }];
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
