import type { Login, Tokens } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { PasswordsService } from '../passwords/passwords.service.js';
import { UsersRepository } from '../users/users.repository.js';
import { SessionStarter } from './session-starter.js';
import { sessionErrors } from './sessions.errors.js';
import { TokenIssuer } from './token-issuer.js';

/** From an address and a password to tokens. */
@Injectable()
export class LoginService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(PasswordsService) private readonly passwords: PasswordsService,
    @Inject(SessionStarter) private readonly starter: SessionStarter,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  /** Same answer and same time whether the address is unknown, unverified or the password wrong. */
  async login({ email, password }: Login, userAgent: string | null): Promise<Tokens> {
    const user = await this.users.findByEmail(this.database, email);
    const matches = await this.passwords.matches(password, user?.passwordHash);
    if (!user || !matches) throw sessionErrors.CredentialsInvalid('The address or the password is wrong.');
    const { sessionId, refreshToken } = await this.starter.start(user.id, userAgent);
    return this.issuer.issue({ userId: user.id, sessionId, administrator: user.administrator }, refreshToken);
  }
}
