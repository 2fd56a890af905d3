import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';
import { parseDocument } from 'yaml';

/** The consumer in kong.yml whose `jwt_secrets` are the place for the signing keys. */
const CONSUMER = 'berth';

/**
 * kong.yml with one `jwt_secrets` entry for each key that may still have valid tokens, old and new side by side.
 * @throws Error when the file has no such consumer
 */
export function kongWithKeys(kongYaml: string, keys: readonly { kid: string; publicJwk: JWK }[]): string {
  const document = parseDocument(kongYaml);
  const { consumers = [] } = document.toJS() as { consumers?: { username?: string }[] };
  const index = consumers.findIndex(({ username }) => username === CONSUMER);
  if (index < 0) throw new Error(`The gateway's configuration has no consumer "${CONSUMER}" to hold the signing keys.`);
  const secrets = keys.map(({ kid, publicJwk }) => ({ key: kid, algorithm: 'RS256', rsa_public_key: pem(publicJwk) }));
  document.setIn(['consumers', index, 'jwt_secrets'], document.createNode(secrets));
  return document.toString();
}

const pem = (jwk: JWK): string =>
  createPublicKey({ key: { ...jwk }, format: 'jwk' })
    .export({ type: 'spki', format: 'pem' })
    .toString();
