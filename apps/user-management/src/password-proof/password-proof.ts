import type { Caller } from '@berth/access';
import { Clock, Database, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { passwordErrors } from '../passwords/passwords.errors.js';
import { PasswordsService } from '../passwords/passwords.service.js';
import { type Attempt, Throttle } from '../throttle/throttle.js';
import type { UserWithPassword } from '../users/user.js';
import { UsersRepository } from '../users/users.repository.js';

export interface NameAndPassword {
  /** An e-mail address or a username. */
  readonly name: string;
  readonly password: string;
}

export interface Proven {
  readonly user: UserWithPassword;
  /** To be told as a success once everything else is proven, too. */
  readonly attempt: Attempt;
}

/** By what was typed: that two names are slowed down together would tell that they are one person's. */
export const loginAttempt = (account: string, address: string): Attempt => ({
  what: 'login',
  account,
  names: 2,
  address,
});

/** Whether somebody knows a password; how often that may be tried is bounded. */
@Injectable()
export class PasswordProof {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Undefined when the name is unknown or the password wrong, after the same work and the same time.
   * @throws DomainError 429 `too_many_attempts`, 403 `initial_password_ended`
   */
  async of({ name, password }: NameAndPassword, address: string): Promise<Proven | undefined> {
    const attempt = loginAttempt(name, address);
    await this.throttle.admit(attempt);
    const user = await this.users.findByName(this.database, name);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) {
      this.logWrong(user?.id ?? null, address);
      return undefined;
    }
    this.requireOwn(user);
    return { user, attempt };
  }

  /**
   * That the person who calls is still the one who logged in.
   * @throws DomainError 422 `current_password_wrong`, 429, 403 `initial_password_ended`
   */
  async requireOf(caller: Caller, password: string, address: string): Promise<UserWithPassword> {
    const attempt = { what: 'password', account: caller.subjectId, address };
    await this.throttle.admit(attempt);
    const user = await this.users.findWithPassword(this.database, caller.subjectId);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) {
      this.logWrong(caller.subjectId, address);
      throw passwordErrors.CurrentPasswordWrong('is not your password', { pointer: '/password' });
    }
    this.requireOwn(user);
    await this.throttle.succeeded(attempt);
    return user;
  }

  /** Whoever configured the first administrator knows that password, too: it is no password for long (ASVS 5.0, 6.4.1). */
  private requireOwn({ passwordEndsAt }: UserWithPassword): void {
    if (passwordEndsAt === null || passwordEndsAt > this.clock.now()) return;
    throw passwordErrors.InitialPasswordEnded(
      'This password was made for the first sign-in and has ended. Set one of your own with a code by mail: berth recover',
    );
  }

  /** By id only: what was typed for a name may be a password. @param userId null: nobody has that name */
  private logWrong(userId: string | null, address: string): void {
    this.logger.warn({ security: 'password wrong', userId, address }, 'a password was wrong');
  }
}
