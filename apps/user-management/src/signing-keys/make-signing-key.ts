import { calculateJwkThumbprint, exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import type { JWK } from 'jose';

export const KEY_PURPOSE = 'signing-key';

export interface KeyPair {
  /** Thumbprint of the public key (RFC 7638). */
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly privatePem: string;
}

/** An RSA key pair of 2048 bits for RS256. */
export async function makeSigningKey(): Promise<KeyPair> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const publicJwk = await exportJWK(publicKey);
  return { kid: await calculateJwkThumbprint(publicJwk), publicJwk, privatePem: await exportPKCS8(privateKey) };
}
