import type { Introspection } from '@berth/contracts/identity';
import { CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { ClientAuthentication } from './client-authentication.js';
import type { ClientCredentials } from './client-credentials.js';
import { PresentedTokens } from './presented-tokens.js';
import { PresentedTokensRepository } from './presented-tokens.repository.js';

/** Tells a service account what a token of somebody in its organization is worth. */
@Injectable()
export class TokenIntrospection {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(ClientAuthentication) private readonly clients: ClientAuthentication,
    @Inject(PresentedTokens) private readonly tokens: PresentedTokens,
    @Inject(PresentedTokensRepository) private readonly presented: PresentedTokensRepository,
  ) {}

  /** A stranger's token is as good as none: who exists elsewhere is nobody's business. @throws DomainError 401 `invalid_client` */
  async introspect(token: string, client: ClientCredentials | undefined): Promise<Introspection> {
    const { serviceAccountId } = await this.clients.require(client);
    const found = await this.tokens.find(token);
    if (!found || !(await this.presented.isNeighbour(this.database, serviceAccountId, found.subjectId)))
      return { active: false };
    return {
      active: true,
      scope: found.scopes.join(' '),
      token_type: found.type === 'access_token' ? 'Bearer' : found.type,
      sub: found.subjectId,
      exp: Math.floor(found.expiresAt.getTime() / 1_000),
      iss: this.config.TOKEN_ISSUER,
      aud: this.config.TOKEN_AUDIENCE,
      ...(found.kind === 'client-secret' ? { client_id: found.subjectId } : {}),
    };
  }
}
