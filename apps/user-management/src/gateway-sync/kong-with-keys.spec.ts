import { createPublicKey, createVerify, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { makeSigningKey } from '../signing-keys/make-signing-key.js';
import { kongWithKeys } from './kong-with-keys.js';

const shipped = readFileSync(join(import.meta.dirname, '../../../../k8s/kong/kong.yml'), 'utf8');

describe('kongWithKeys', () => {
  it('puts every key into the configuration that is shipped, and changes nothing else', async () => {
    const keys = [await makeSigningKey(), await makeSigningKey()];
    const before = parse(shipped, { merge: true });
    const after = parse(kongWithKeys(shipped, keys), { merge: true });
    const secrets = after.consumers[0].jwt_secrets;
    expect(secrets.map(({ key, algorithm }: Record<string, string>) => [key, algorithm])).toEqual(
      keys.map(({ kid }) => [kid, 'RS256']),
    );
    after.consumers[0].jwt_secrets = before.consumers[0].jwt_secrets;
    expect(after).toEqual(before);
  });

  it('renders a key that verifies what its private half signs', async () => {
    const made = await makeSigningKey();
    const { consumers } = parse(kongWithKeys(shipped, [made]));
    const signature = sign('RSA-SHA256', Buffer.from('text'), made.privatePem);
    const publicKey = createPublicKey(consumers[0].jwt_secrets[0].rsa_public_key);
    expect(createVerify('RSA-SHA256').update('text').verify(publicKey, signature)).toBe(true);
  });

  it('says so when there is no place for keys', () => {
    expect(() => kongWithKeys('consumers: []', [])).toThrow(/no consumer "berth"/);
    expect(() => kongWithKeys('{}', [])).toThrow(/no consumer "berth"/);
  });
});
