import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

/** Three parts in base64url and nothing else: what is ignored in a text makes a second one of the same meaning. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

export interface TokenHeader {
  readonly kid: string;
  readonly typ: string;
}

/**
 * Header of an RS256 token (RFC 7515, compact serialization); nothing is verified yet.
 * @throws Error when it is another algorithm's, names no key, or has extensions that must be understood (section 4.1.11)
 */
export function headerOf(token: string): TokenHeader {
  const { alg, kid, typ, crit } = partOf(token, 1);
  if (alg !== 'RS256' || typeof kid !== 'string' || kid === '') throw new Error('no RS256 token with a key id');
  if (crit !== undefined) throw new Error('an extension that is not understood');
  return { kid, typ: typeof typ === 'string' ? typ : '' };
}

/**
 * What a token says, once its signature is verified (RSASSA-PKCS1-v1_5 with SHA-256: RFC 7518, section 3.3).
 * Here and now: WebCrypto would hand it to another thread, which costs more processor time than the signature.
 * @throws Error when the key did not sign it
 */
export function payloadSignedBy(key: KeyObject, token: string): Readonly<Record<string, unknown>> {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  if (!verify('sha256', Buffer.from(token.slice(0, end)), key, signature)) throw new Error('not signed by its key');
  return partOf(token, 2);
}

/** @throws Error when it is no RSA key */
export function rsaKeyOf(jwk: JsonWebKey): KeyObject {
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (key.asymmetricKeyType !== 'rsa') throw new Error('no RSA key');
  return key;
}

function partOf(token: string, part: 1 | 2): Readonly<Record<string, unknown>> {
  const text = COMPACT.exec(token)?.[part];
  if (text === undefined) throw new Error('no token of three parts');
  const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no JSON object');
  return value as Readonly<Record<string, unknown>>;
}
