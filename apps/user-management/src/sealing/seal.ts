import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const VERSION = 1;
const IV = 12;
const TAG = 16;

/**
 * AES-256-GCM (NIST SP 800-38D): version byte, 96-bit random IV, tag, ciphertext. `purpose` is authenticated with it, so that
 * what was sealed as one thing cannot be passed off as another.
 */
export function seal(key: Buffer, purpose: string, plain: Buffer): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.from([VERSION]), iv, cipher.getAuthTag(), sealed]);
}

/** @throws Error when the key, the purpose or a single bit is another */
export function unseal(key: Buffer, purpose: string, sealed: Buffer): Buffer {
  if (sealed[0] !== VERSION) throw new Error('sealed with a version that is not known');
  const iv = sealed.subarray(1, 1 + IV);
  const tag = sealed.subarray(1 + IV, 1 + IV + TAG);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(tag);
  return Buffer.concat([decipher.update(sealed.subarray(1 + IV + TAG)), decipher.final()]);
}
