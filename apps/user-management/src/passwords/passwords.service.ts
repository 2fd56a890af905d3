import { createHmac } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { CONFIG, type Sql } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { BreachedPasswords } from './breached-passwords.js';
import { isCommonPassword } from './common-passwords.js';
import { type HashJob, HashThreads } from './hash-threads.js';
import { PasswordContextRepository } from './password-context.repository.js';
import { passwordErrors } from './passwords.errors.js';
import { Slots } from './slots.js';
import { isMadeOfContext } from './words-of-context.js';

/** bcrypt reads no further. */
const MAX_BYTES = 72;
const MAX_WAITING = 500;

/** Hashes and compares passwords, leaving one core to everything else. */
@Injectable()
export class PasswordsService {
  private readonly slots = new Slots(Math.max(1, availableParallelism() - 1), MAX_WAITING);
  private readonly cost: number;
  /** Compared with when there is no user, so that an unknown address takes as long as a wrong password. */
  private dummy: string | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(PasswordContextRepository) private readonly context: PasswordContextRepository,
    @Inject(BreachedPasswords) private readonly breached: BreachedPasswords,
    @Inject(HashThreads) private readonly threads: HashThreads,
  ) {
    this.cost = config.PASSWORD_COST;
  }

  /** @throws DomainError 422 `password_too_common`, `password_breached` */
  async refuseKnown(password: string): Promise<void> {
    if (await isCommonPassword(password))
      throw passwordErrors.PasswordTooCommon('is one of the passwords that are tried first', { pointer: '/password' });
    if (await this.breached.has(password))
      throw passwordErrors.PasswordBreached('is known from a leak of passwords', { pointer: '/password' });
  }

  /** @param known what others know of its owner @throws DomainError 422 `password_of_context` */
  refuseContext(password: string, known: readonly string[]): void {
    if (!isMadeOfContext(password, known)) return;
    throw passwordErrors.PasswordOfContext('is little more than a name that others know', { pointer: '/password' });
  }

  /** As `refuseContext`, of a user who is there. */
  async refuseContextOf(sql: Sql, userId: string, password: string): Promise<void> {
    this.refuseContext(password, await this.context.of(sql, userId));
  }

  /** What an operator chose, and knows, does not come to be the one that somebody keeps. @throws DomainError 422 `password_unchanged` */
  async refuseInitialOf(sql: Sql, userId: string, password: string): Promise<void> {
    const initial = await this.context.initialOf(sql, userId);
    if (initial === undefined || !(await this.matches(password, initial))) return;
    throw passwordErrors.PasswordUnchanged('is the password that was made for the first sign-in: choose another one', {
      pointer: '/password',
    });
  }

  /** @throws DomainError 503 `too_busy` */
  async hash(password: string): Promise<string> {
    return String(await this.inSlot({ password: readByBcrypt(password), against: this.cost }));
  }

  /** Whether it is the password of `stored`; undefined stands for a user who does not exist. @throws DomainError 503 `too_busy` */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    this.dummy ??= await this.hash('nobody has this password');
    const against = stored ?? this.dummy;
    const same = await this.inSlot({ password: readByBcrypt(password), against });
    return same === true && stored !== undefined;
  }

  private async inSlot(job: HashJob): Promise<string | boolean> {
    const result = await this.slots.run(() => this.threads.run(job));
    if (result !== undefined) return result;
    throw passwordErrors.TooBusy('Too many sign-ins at this moment.', { retryAfter: 5 });
  }
}

/**
 * All of a password that bcrypt would cut stands in 64 characters (HMAC-SHA-384), so that every character of it counts; the
 * key keeps them apart from hashes that somebody else made of the same password.
 */
const readByBcrypt = (password: string): string =>
  Buffer.byteLength(password) <= MAX_BYTES
    ? password
    : createHmac('sha384', 'berth: a password of more than 72 bytes').update(password).digest('base64');
