import type { Login, Tokens } from '@berth/contracts/identity';
import { Database, type Tx } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords/passwords.service.js';
import { Throttle } from '../throttle/throttle.js';
import { UsersRepository } from '../users/users.repository.js';
import { SessionStarter, type StartedSession } from './session-starter.js';
import { sessionErrors } from './sessions.errors.js';
import { TokenIssuer } from './token-issuer.js';

/** From where somebody logs in. */
export interface Device {
  /** Network address. */
  readonly address: string;
  readonly userAgent: string | null;
}

/** From an address and a password to tokens. */
@Injectable()
export class LoginService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
    @Inject(Throttle) private readonly throttle: Throttle,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  /** Same answer and same time whether the address is unknown, unverified or the password wrong. */
  async login({ email, password }: Login, { address, userAgent }: Device): Promise<Tokens> {
    const attempt = { what: 'login', account: email, address };
    await this.throttle.admit(attempt);
    const user = await this.users.findByEmail(this.database, email);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) throw sessionErrors.CredentialsInvalid('The address or the password is wrong.');
    await this.throttle.succeeded(attempt);
    const { sessionId, refreshToken } = await this.database.transaction((tx) => this.start(tx, user, userAgent));
    return this.issuer.issue({ userId: user.id, sessionId, administrator: user.administrator }, refreshToken);
  }

  /** A password that was set anew while the old one was compared ends all sessions: none may begin with the old one after it. */
  private async start(
    tx: Tx,
    { id, passwordHash }: { readonly id: string; readonly passwordHash: string },
    userAgent: string | null,
  ): Promise<StartedSession> {
    if ((await this.users.passwordHashOf(tx, id, 'for share')) !== passwordHash)
      throw sessionErrors.CredentialsInvalid('The address or the password is wrong.');
    return this.starter.start(tx, id, userAgent);
  }
}
