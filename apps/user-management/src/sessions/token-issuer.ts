import type { AccessToken, Tokens } from '@berth/contracts/identity';
import { Clock, CONFIG } from '@berth/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { Config } from '../config.js';
import { KeyVault } from '../signing-keys/key-vault.js';

export interface TokenSubject {
  readonly userId: string;
  readonly sessionId: string;
  readonly administrator: boolean;
  /** More than a password was shown. */
  readonly secondFactor?: boolean;
  /** Absent: everything that the person may do. */
  readonly scopes?: readonly string[];
  /** Absent: a person. */
  readonly kind?: 'service-account';
  /** Who looks with the person's eyes (RFC 8693, section 4.1). Absent: the person. */
  readonly actorId?: string;
  /** When that ends which a machine got it with: what it sets up for later must not outlive that. */
  readonly sessionEndsAt?: Date;
}

/** Signs access tokens. They say who, never what role: services look that up. */
@Injectable()
export class TokenIssuer {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(KeyVault) private readonly vault: KeyVault,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  async issue(subject: TokenSubject, refreshToken: string): Promise<Tokens> {
    return { ...(await this.access(subject)), refreshToken, sessionId: subject.sessionId };
  }

  /** An access token alone. */
  async access(subject: TokenSubject): Promise<AccessToken> {
    const expiresIn = this.config.ACCESS_TOKEN_SECONDS;
    const { kid, key } = await this.vault.active();
    const now = Math.floor(this.clock.now().getTime() / 1_000);
    const accessToken = await new SignJWT(claimsOf(subject))
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt' })
      .setIssuer(this.config.TOKEN_ISSUER)
      .setAudience(this.config.TOKEN_AUDIENCE)
      .setSubject(subject.userId)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(key);
    return { accessToken, tokenType: 'Bearer', expiresIn };
  }
}

const claimsOf = ({ secondFactor = false, scopes = ['*'], ...subject }: TokenSubject) => ({
  sid: subject.sessionId,
  scope: scopes.join(' '),
  ...(subject.administrator ? { admin: true } : {}),
  ...(secondFactor ? { mfa: true } : {}),
  ...(subject.kind ? { kind: subject.kind } : {}),
  ...(subject.actorId === undefined ? {} : { act: { sub: subject.actorId } }),
  ...(subject.sessionEndsAt ? { session_exp: Math.floor(subject.sessionEndsAt.getTime() / 1_000) } : {}),
});
