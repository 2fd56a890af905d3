import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Keyring } from '@berth/service-kit';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import type { Services } from './services.js';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

/** The platform's own key, opened as an operator with database and key encryption key could. */
export async function signingKeyOf(services: Services): Promise<SigningKey> {
  const [row] = await services
    .databaseOf('user-management')
    .query<{ kid: string; sealed: Buffer }>(
      `select kid, private_sealed as sealed from signing_key where state = 'active'`,
    );
  if (!row) throw new Error('there is no active signing key');
  const keyring = new Keyring([Buffer.from(services.keyEncryptionKey, 'base64')]);
  return { kid: row.kid, privateKey: createPrivateKey(keyring.openText('signing-key', row.sealed)) };
}

interface Claims {
  readonly sub: string;
  readonly sid: string;
  readonly scope?: string;
  readonly admin?: boolean;
}

interface Signing {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly issuer?: string;
  readonly audience?: string;
  /** Seconds from now; null: the claim is left out. */
  readonly expiresIn?: number | null;
  readonly notBefore?: number;
  readonly key?: KeyObject | CryptoKey | Uint8Array;
}

/** A token as the platform would sign it, but for what is asked for. */
export function sign({ kid, privateKey }: SigningKey, claims: Claims, signing: Signing = {}): Promise<string> {
  const { header = {}, issuer = 'berth', audience = 'berth', expiresIn = 3_600, notBefore, key = privateKey } = signing;
  const now = Math.floor(Date.now() / 1_000);
  const token = new SignJWT({ scope: '*', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'at+jwt', ...header })
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now);
  if (expiresIn !== null) token.setExpirationTime(now + expiresIn);
  if (notBefore !== undefined) token.setNotBefore(now + notBefore);
  return token.sign(key);
}

/** Values of `Authorization` that open nothing, by what is wrong with them. Good but for that: of an owner's session. */
export async function badTokens(key: SigningKey, claims: Claims): Promise<Record<string, string>> {
  const good = await sign(key, claims);
  const other = await generateKeyPair('RS256', { extractable: true });
  const [header = '', payload = '', signature = ''] = good.split('.');
  const signed = {
    expired: await sign(key, claims, { expiresIn: -1 }),
    'without an end': await sign(key, claims, { expiresIn: null }),
    'not good yet': await sign(key, claims, { notBefore: 300 }),
    'wrong audience': await sign(key, claims, { audience: 'somebody-else' }),
    'wrong issuer': await sign(key, claims, { issuer: 'https://berth.example' }),
    'no access token': await sign(key, claims, { header: { typ: 'JWT' } }),
    'wrong key': await sign(key, claims, { key: other.privateKey }),
    'key of its own in the header': await sign(key, claims, {
      key: other.privateKey,
      header: { jwk: await exportJWK(other.publicKey) },
    }),
    'RS512 with the right key': await sign(key, claims, { header: { alg: 'RS512' } }),
    'PS256 with the right key': await sign(key, claims, { header: { alg: 'PS256' } }),
    'alg none': new UnsecuredJWT({ ...claims, scope: '*' })
      .setIssuer('berth')
      .setAudience('berth')
      .setExpirationTime('10m')
      .encode(),
    ...(await signedWithThePublicKey(key, claims)),
    'another payload': [header, withClaims(payload, { sub: '0198c0de-0000-7000-8000-000000000001' }), signature].join(
      '.',
    ),
    'administrator put in': [header, withClaims(payload, { admin: true }), signature].join('.'),
    'alg none, key id and signature kept': [withClaims(header, { alg: 'none' }), payload, signature].join('.'),
    'no signature': `${header}.${payload}.`,
    'no token at all': 'x',
  };
  const bearers = Object.fromEntries(Object.entries(signed).map(([what, token]) => [what, `Bearer ${token}`]));
  return { ...bearers, 'empty bearer': 'Bearer ', basic: `Basic ${good}`, 'two tokens': `Bearer ${good} ${good}` };
}

/** A key that is new to everybody is waited for, in case it is on its way: sent all at once, not one by one. */
export const unknownKey = (key: SigningKey, claims: Claims): Promise<string> =>
  sign(key, claims, { header: { kid: 'nobody-has-heard-of-it' } });

/** HS256 with what everybody can download: the classic confusion of algorithms. */
async function signedWithThePublicKey(key: SigningKey, claims: Claims): Promise<Record<string, string>> {
  const publicKey = createPublicKey(key.privateKey);
  const shapes = {
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
    der: publicKey.export({ type: 'spki', format: 'der' }),
    jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
  };
  const tokens = Object.entries(shapes).map(async ([shape, text]) => {
    const secret = new Uint8Array(Buffer.from(text));
    return [
      `HS256 with the public key as ${shape}`,
      await sign(key, claims, { key: secret, header: { alg: 'HS256' } }),
    ];
  });
  return Object.fromEntries((await Promise.all(tokens)) as [string, string][]);
}

function withClaims(part: string, changed: object): string {
  const claims = JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  return Buffer.from(JSON.stringify({ ...claims, ...changed })).toString('base64url');
}
