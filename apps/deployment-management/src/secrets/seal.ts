import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const NONCE = 12;
const TAG = 16;
const KEY = 32;
const WRAPPED = NONCE + KEY + TAG;
const FORMAT = 1;

/**
 * Envelope encryption with AES-256-GCM (NIST SP 800-38D): a data key of its own for each value, wrapped by the key
 * encryption key. `context` is authenticated but not stored: a sealed value moved to another place does not open.
 *
 * Layout: format (1 byte), wrapped data key (nonce 12, key 32, tag 16), value (nonce 12, text, tag 16).
 */
export function seal(value: string, keyEncryptionKey: Buffer, context: string): Buffer {
  const dataKey = randomBytes(KEY);
  return Buffer.concat([
    Buffer.of(FORMAT),
    encrypt(dataKey, keyEncryptionKey, context),
    encrypt(Buffer.from(value, 'utf8'), dataKey, context),
  ]);
}

/** @throws Error when the key or the context is another one, or a bit was changed */
export function open(sealed: Buffer, keyEncryptionKey: Buffer, context: string): string {
  if (sealed[0] !== FORMAT) throw new Error('A sealed value has an unknown format.');
  const dataKey = decrypt(sealed.subarray(1, 1 + WRAPPED), keyEncryptionKey, context);
  return decrypt(sealed.subarray(1 + WRAPPED), dataKey, context).toString('utf8');
}

function encrypt(plain: Buffer, key: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(sealed: Buffer, key: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE)).setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}
