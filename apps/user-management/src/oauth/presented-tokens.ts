import { type VerificationKey, verifyToken } from '@berth/access';
import { Clock, CONFIG, Database } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config.js';
import { SigningKeysRepository } from '../signing-keys/signing-keys.repository.js';
import { PresentedTokensRepository, type Standing } from './presented-tokens.repository.js';

/** A token that is good now. */
export interface GoodToken extends Standing {
  readonly type: 'access_token' | 'refresh_token' | 'api_token';
}

/** What a token is that somebody shows, whatever kind it is of. */
@Injectable()
export class PresentedTokens {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Database) private readonly database: Database,
    @Inject(SigningKeysRepository) private readonly keys: SigningKeysRepository,
    @Inject(PresentedTokensRepository) private readonly presented: PresentedTokensRepository,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Undefined when it is not good, was never given out, or is no token at all. */
  async find(token: string): Promise<GoodToken | undefined> {
    if (token.split('.').length === 3) return this.accessToken(token);
    const found = await this.presented.opaque(this.database, token, this.clock.now());
    return found && { ...found, type: found.kind === 'session' ? 'refresh_token' : 'api_token' };
  }

  private async accessToken(token: string): Promise<GoodToken | undefined> {
    const caller = await this.verified(token);
    if (!caller) return undefined;
    const { sessionId, scopes, tokenExpiresAt: expiresAt } = caller;
    const behind = await this.presented.behind(this.database, sessionId, this.clock.now());
    return behind && { ...behind, type: 'access_token', scopes, expiresAt };
  }

  private async verified(token: string) {
    const { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience } = this.config;
    const keys = new Map((await this.verificationKeys()).map((key) => [key.kid, key]));
    try {
      return verifyToken(token, keys, { issuer, audience }, this.clock.now()).caller;
    } catch {
      return undefined; // why a token is not valid helps only whoever forges one
    }
  }

  private async verificationKeys(): Promise<VerificationKey[]> {
    return this.keys.list(this.database);
  }
}
