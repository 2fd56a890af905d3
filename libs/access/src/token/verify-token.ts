import { type CryptoKey, decodeProtectedHeader, importJWK, type JWK, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Caller } from '../caller.js';

/** A public key that verifies tokens. */
export interface VerificationKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly notAfter: Date | null;
}

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
}

/** A caller and the key that vouches for it. */
export interface VerifiedToken {
  readonly caller: Caller;
  readonly kid: string;
}

const claims = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  exp: z.int().positive(),
  scope: z.string().default(''),
  admin: z.boolean().default(false),
  mfa: z.boolean().default(false),
  kind: z.enum(['user', 'service-account']).default('user'),
});

/**
 * Verifies an access token (RFC 7519, profile near RFC 9068): RS256 only, by the key that its `kid` names, `typ`, `iss`, `aud`, `exp`.
 * @throws whatever is wrong with it; the caller is told only that the token is not valid
 */
export async function verifyToken(
  token: string,
  keys: ReadonlyMap<string, VerificationKey>,
  rules: TokenRules,
  now: Date,
): Promise<VerifiedToken> {
  const key = keys.get(keyNamedBy(token));
  if (!key || !isUsable(key, now)) throw new Error('unknown key');
  const { payload } = await jwtVerify(token, await importedKey(key), {
    algorithms: ['RS256'],
    ...rules,
    typ: 'at+jwt',
    currentDate: now,
    requiredClaims: ['exp', 'sub', 'sid'],
  });
  return { kid: key.kid, caller: callerOf(payload) };
}

/** By what they hold and not by name: a key that was replaced under its name is another one. */
const imported = new LRUCache<string, CryptoKey | Uint8Array>({ max: 100 });

/** To import a key costs a fourth of verifying a signature with it. */
async function importedKey({ publicJwk }: VerificationKey): Promise<CryptoKey | Uint8Array> {
  const content = JSON.stringify(publicJwk);
  const known = imported.get(content);
  if (known) return known;
  const key = await importJWK(publicJwk, 'RS256');
  imported.set(content, key);
  return key;
}

/** The `kid` of a token's header; nothing is verified yet. @throws Error when it is no RS256 token or names no key */
export function keyNamedBy(token: string): string {
  const { alg, kid } = decodeProtectedHeader(token);
  if (alg !== 'RS256' || typeof kid !== 'string' || kid === '') throw new Error('no RS256 token with a key id');
  return kid;
}

export const isUsable = (key: VerificationKey, now: Date): boolean => key.notAfter === null || key.notAfter > now;

function callerOf(payload: JWTPayload): Caller {
  const { sub, sid, exp, scope, admin, mfa, kind } = claims.parse(payload);
  return {
    subjectId: sub,
    sessionId: sid,
    kind,
    administrator: admin,
    secondFactor: mfa,
    scopes: scope.split(' ').filter((each) => each !== ''),
    tokenExpiresAt: new Date(exp * 1_000),
  };
}
