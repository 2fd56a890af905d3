import { Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { ApiTokenEnder } from '../api-tokens/api-token-ender.js';
import { OrganizationTokenEnder } from '../organization-tokens/organization-token-ender.js';
import { SessionEnder } from '../sessions/session-ender.js';
import { oauthErrors } from './oauth.errors.js';
import { PresentedTokens } from './presented-tokens.js';

/** Ends what a token stands for. Whoever has it may: it is of no more use to anybody else. */
@Injectable()
export class TokenRevocation {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PresentedTokens) private readonly tokens: PresentedTokens,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(ApiTokenEnder) private readonly apiTokens: ApiTokenEnder,
    @Inject(OrganizationTokenEnder) private readonly organizationTokens: OrganizationTokenEnder,
  ) {}

  /** A token that is not good is revoked enough (RFC 7009, section 2.2). @throws DomainError 400 `unsupported_token_type` */
  async revoke(token: string): Promise<void> {
    const found = await this.tokens.find(token);
    if (!found) return;
    const { kind, type, id, subjectId } = found;
    if (type === 'access_token' && kind !== 'session')
      throw oauthErrors.UnsupportedTokenType('This access token ends by itself: revoke what it was issued for.');
    await this.database.transaction(async (tx) => {
      if (kind === 'session') await this.sessions.end(tx, subjectId, id, 'platform', 'token revoked by its holder');
      if (kind === 'api-token') await this.apiTokens.end(tx, subjectId, id, 'platform');
      if (kind === 'organization-token') await this.organizationTokens.end(tx, id, 'platform');
    });
  }
}
