import type { AccessToken } from '@berth/contracts/identity';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SecondFactor } from '../second-factor/second-factor.js';
import { TokenIssuer } from '../sessions/token-issuer.js';
import { isApiToken } from './api-token-text.js';
import { apiTokenErrors } from './api-tokens.errors.js';
import { ApiTokensRepository } from './api-tokens.repository.js';

/** From an API token to a short access token, which every service can verify by itself. */
@Injectable()
export class ApiTokenExchange {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ApiTokensRepository) private readonly tokens: ApiTokensRepository,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** A machine is never a platform administrator, whoever made its token. @throws DomainError 401 `api_token_invalid` */
  async exchange(text: string): Promise<AccessToken> {
    const found = isApiToken(text) ? await this.tokens.use(this.database, text, this.clock.now()) : undefined;
    if (!found) throw apiTokenErrors.ApiTokenInvalid('The API token is not valid, was revoked or has ended.');
    return this.issuer.access({
      userId: found.userId,
      sessionId: found.id,
      administrator: false,
      scopes: found.scopes,
      secondFactor: await this.secondFactor.has(found.userId),
    });
  }
}
