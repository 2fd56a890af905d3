import type { Tokens } from '@berth/contracts/identity';
import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { UsersRepository } from '../users/users.repository.js';
import { RefreshFamily } from './refresh-family.js';
import { sessionErrors } from './sessions.errors.js';
import { TokenIssuer } from './token-issuer.js';

/** From a refresh token to new tokens. */
@Injectable()
export class RefreshService {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(RefreshFamily) private readonly family: RefreshFamily,
    @Inject(UsersRepository) private readonly users: UsersRepository,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  /** Refuses only after the transaction, so that ending a session that was stolen is kept. */
  async refresh(refreshToken: string): Promise<Tokens> {
    const continued = await this.database.transaction((tx) => this.family.continue(tx, refreshToken));
    const user = continued && (await this.users.find(this.database, continued.userId));
    if (!user) throw sessionErrors.RefreshInvalid('The refresh token is not valid any more: log in again.');
    const { successor, ...subject } = continued;
    return this.issuer.issue({ ...subject, administrator: user.administrator }, successor);
  }
}
