import type { JsonWebKey, KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from '../caller.js';
import { headerOf, payloadSignedBy, rsaKeyOf } from './signed-token.js';

/** A public key that verifies tokens. */
export interface VerificationKey {
  readonly kid: string;
  readonly publicJwk: JsonWebKey;
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
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string().min(1),
  sid: z.string().min(1),
  exp: z.int().positive(),
  session_exp: z.int().positive().optional(),
  nbf: z.int().default(0),
  scope: z.string().default(''),
  admin: z.boolean().default(false),
  mfa: z.boolean().default(false),
  kind: z.enum(['user', 'service-account']).default('user'),
});
type Claims = z.infer<typeof claims>;

/**
 * Verifies an access token (RFC 7519, profile near RFC 9068): RS256 only, by the key that its `kid` names, `typ`, `iss`, `aud`,
 * `nbf`, `exp`.
 * @throws whatever is wrong with it; the caller is told only that the token is not valid
 */
export function verifyToken(
  token: string,
  keys: ReadonlyMap<string, VerificationKey>,
  rules: TokenRules,
  now: Date,
): VerifiedToken {
  const { kid, typ } = headerOf(token);
  const key = keys.get(kid);
  if (!key || !isUsable(key, now)) throw new Error('unknown key');
  if (typ.toLowerCase().replace(/^application\//, '') !== 'at+jwt') throw new Error('no access token');
  const said = claims.parse(payloadSignedBy(importedKey(key), token));
  if (!isMeantFor(said, rules)) throw new Error('of another issuer, or for another audience');
  if (!isCurrent(said, now)) throw new Error('not yet good, or no longer');
  return { kid, caller: callerOf(said) };
}

/** Keys as they were read: one that was replaced under its name is read anew. */
const imported = new WeakMap<VerificationKey['publicJwk'], KeyObject>();

/** To import a key costs as much as verifying a signature with it. */
function importedKey({ publicJwk }: VerificationKey): KeyObject {
  const key = imported.get(publicJwk) ?? rsaKeyOf(publicJwk);
  imported.set(publicJwk, key);
  return key;
}

/** The `kid` of a token's header; nothing is verified yet. @throws Error when it is no RS256 token or names no key */
export const keyNamedBy = (token: string): string => headerOf(token).kid;

const isMeantFor = ({ iss, aud }: Claims, { issuer, audience }: TokenRules): boolean =>
  iss === issuer && (typeof aud === 'string' ? aud === audience : aud.includes(audience));

const isCurrent = ({ nbf, exp }: Claims, now: Date): boolean => {
  const seconds = Math.floor(now.getTime() / 1_000);
  return nbf <= seconds && seconds < exp;
};

export const isUsable = (key: VerificationKey, now: Date): boolean => key.notAfter === null || key.notAfter > now;

const callerOf = ({ sub, sid, exp, scope, admin, mfa, kind, session_exp: end }: Claims): Caller => ({
  subjectId: sub,
  sessionId: sid,
  kind,
  administrator: admin,
  secondFactor: mfa,
  scopes: scope.split(' ').filter((each) => each !== ''),
  tokenExpiresAt: new Date(exp * 1_000),
  ...(end === undefined ? {} : { sessionEndsAt: new Date(end * 1_000) }),
});
