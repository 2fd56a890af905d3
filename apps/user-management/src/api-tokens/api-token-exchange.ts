import type { AccessToken } from '@berth/contracts/identity';
import { Clock, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { OrganizationTokensRepository } from '../organization-tokens/organization-tokens.repository.js';
import { SecondFactor } from '../second-factor/second-factor.js';
import { TokenIssuer } from '../sessions/token-issuer.js';
import { isApiToken, isOrganizationToken } from './api-token-text.js';
import { apiTokenErrors } from './api-tokens.errors.js';
import { ApiTokensRepository } from './api-tokens.repository.js';

/** From an API token to a short access token, which every service can verify by itself. */
@Injectable()
export class ApiTokenExchange {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ApiTokensRepository) private readonly tokens: ApiTokensRepository,
    @Inject(OrganizationTokensRepository) private readonly organizationTokens: OrganizationTokensRepository,
    @Inject(SecondFactor) private readonly secondFactor: SecondFactor,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** A machine is never a platform administrator, whoever made its token. @throws DomainError 401 `api_token_invalid` */
  async exchange(text: string): Promise<AccessToken> {
    if (isOrganizationToken(text)) return this.ofOrganization(text);
    const found = isApiToken(text) ? await this.tokens.use(this.database, text, this.clock.now()) : undefined;
    if (!found) throw notValid();
    return this.issuer.access({
      userId: found.userId,
      sessionId: found.id,
      administrator: false,
      scopes: found.scopes,
      secondFactor: await this.secondFactor.has(found.userId),
    });
  }

  /** It is its own subject: nobody's leaving ends it. */
  private async ofOrganization(text: string): Promise<AccessToken> {
    const found = await this.organizationTokens.use(this.database, text, this.clock.now());
    if (!found) throw notValid();
    const { id, scopes, expiresAt: sessionEndsAt } = found;
    const who = { userId: id, sessionId: id, administrator: false, kind: 'service-account' } as const;
    return this.issuer.access({ ...who, scopes, sessionEndsAt });
  }
}

const notValid = () => apiTokenErrors.ApiTokenInvalid('The API token is not valid, was revoked or has ended.');
