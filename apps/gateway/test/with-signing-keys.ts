import { createPublicKey } from 'node:crypto';
import { parseDocument } from 'yaml';

/** A public RSA signing key as in a JSON Web Key Set (RFC 7517). */
export interface SigningKey {
  readonly kty: string;
  readonly kid: string;
  readonly n: string;
  readonly e: string;
}

/** The consumer in kong.yml whose `jwt_secrets` are the marked place for the signing keys. */
const SIGNING_KEY_CONSUMER = 'berth';

/** kong.yml as user-management sends it to `POST /config`: with one `jwt_secrets` entry for each key. */
export function withSigningKeys(kongYaml: string, keys: readonly SigningKey[]): string {
  const document = parseDocument(kongYaml);
  const consumers = (document.toJS() as { consumers?: { username?: string }[] }).consumers ?? [];
  const index = consumers.findIndex(({ username }) => username === SIGNING_KEY_CONSUMER);
  if (index < 0) throw new Error(`kong.yml has no consumer "${SIGNING_KEY_CONSUMER}" to hold the signing keys`);
  document.setIn(
    ['consumers', index, 'jwt_secrets'],
    document.createNode(keys.map((key) => ({ key: key.kid, algorithm: 'RS256', rsa_public_key: publicPem(key) }))),
  );
  return document.toString();
}

function publicPem({ kty, n, e }: SigningKey): string {
  return createPublicKey({ key: { kty, n, e }, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
}
