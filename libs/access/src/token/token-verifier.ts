import { hash as digest } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isUsable, type TokenRules, type VerificationKey, type VerifiedToken, verifyToken } from './verify-token.js';

const REMEMBERED_TOKENS = 10_000;

/**
 * Verifies tokens and remembers those that were good, by hash, until they end: a signature is checked once, its key and its
 * end are checked every time.
 */
export class TokenVerifier {
  private readonly known = new LRUCache<string, VerifiedToken>({ max: REMEMBERED_TOKENS });

  constructor(private readonly rules: TokenRules) {}

  /** What was verified before and is good still. */
  recall(token: string, keys: ReadonlyMap<string, VerificationKey>, now: Date): VerifiedToken | undefined {
    const known = this.known.get(hashOf(token));
    return known && stillGood(known, keys, now) ? known : undefined;
  }

  /** @throws when the token is not valid now */
  verify(token: string, keys: ReadonlyMap<string, VerificationKey>, now: Date): VerifiedToken {
    const hash = hashOf(token);
    const known = this.known.get(hash);
    if (known && stillGood(known, keys, now)) return known;
    this.known.delete(hash);
    const verified = verifyToken(token, keys, this.rules, now);
    this.known.set(hash, verified);
    return verified;
  }
}

const hashOf = (token: string): string => digest('sha256', token, 'base64');

function stillGood(token: VerifiedToken, keys: ReadonlyMap<string, VerificationKey>, now: Date): boolean {
  const key = keys.get(token.kid);
  return key !== undefined && isUsable(key, now) && token.caller.tokenExpiresAt > now;
}
