import type { Login } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordProof, type Proven } from '../password-proof/password-proof.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { Throttle } from '../throttle/throttle.js';
import { UsersRepository } from '../users/users.repository.js';
import type { Device } from './device.js';
import { SessionStarter, type StartedSession } from './session-starter.js';
import { sessionErrors } from './sessions.errors.js';

/** Who is in, and in which session. */
export interface LoggedIn extends StartedSession {
  readonly userId: string;
  readonly administrator: boolean;
  readonly secondFactor?: boolean;
}

/** From a name, a password and what else is asked for to a session. */
@Injectable()
export class LoginService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PasswordProof) private readonly passwords: PasswordProof,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
  ) {}

  /** Same answer and same time whether the name is unknown, unverified or the password wrong. */
  async login(login: Login, device: Device): Promise<LoggedIn> {
    const proven = await this.passwords.of(
      { name: login.email ?? login.username ?? '', password: login.password },
      device.address,
    );
    if (!proven) throw credentialsInvalid();
    const { user, attempt } = proven;
    const secondFactor = await this.secondFactor.require(user.id, login, device.address);
    await this.throttle.succeeded(attempt);
    const started = await this.database.transaction((tx) => this.start(tx, user, device, secondFactor));
    return { ...started, userId: user.id, administrator: user.administrator, secondFactor };
  }

  /** A password that was set anew while the old one was compared ends all sessions: none may begin with the old one after it. */
  private async start(tx: Tx, user: Proven['user'], device: Device, secondFactor: boolean): Promise<StartedSession> {
    if ((await this.users.passwordHashOf(tx, user.id, 'for share')) !== user.passwordHash) throw credentialsInvalid();
    return this.starter.start(tx, user.id, device, secondFactor);
  }
}

const credentialsInvalid = () => sessionErrors.CredentialsInvalid('The name or the password is wrong.');
