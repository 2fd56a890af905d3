import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

const FORMAT = 1;
const NONCE = 12;
const TAG = 16;
const KEY = 32;
const KEY_ID = 8;
const HEADER = 1 + KEY_ID;
const WRAPPED = NONCE + KEY + TAG;

/**
 * Envelope encryption with AES-256-GCM (NIST SP 800-38D): each value is sealed with a data key of its own, which is wrapped
 * by a key encryption key. The first key of the ring seals; all of them open, so that keys can be rotated: add the new one at
 * the end everywhere, move it to the front, have what lies in the database wrapped anew (`SealedRows`), drop the old one.
 *
 * `context` is authenticated but not stored: a value that was moved to another place does not open.
 *
 * Layout: format (1 byte), key id (8), wrapped data key (nonce 12, key 32, tag 16), value (nonce 12, text, tag 16).
 */
export class Keyring {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly first: Buffer;

  /** @param keys 32 bytes each, the one that seals first. @throws Error when there is none, or one is of another length */
  constructor(keys: readonly Buffer[]) {
    const [first] = keys;
    if (!first || keys.some((key) => key.length !== KEY)) throw new Error('a keyring needs keys of 32 bytes');
    this.first = first;
    this.keys = new Map(keys.map((key) => [idOf(key).toString('hex'), key]));
  }

  /** How everything starts that the first key sealed. */
  get header(): Buffer {
    return Buffer.concat([Buffer.of(FORMAT), idOf(this.first)]);
  }

  seal(context: string, value: string | Buffer): Buffer {
    const dataKey = randomBytes(KEY);
    const plain = Buffer.from(value as string);
    return Buffer.concat([this.header, encrypt(this.first, context, dataKey), encrypt(dataKey, context, plain)]);
  }

  /** @throws Error when its key is not in the ring, the context is another, or a bit was changed */
  open(context: string, sealed: Buffer): Buffer {
    return decrypt(this.dataKeyOf(context, sealed), context, sealed.subarray(HEADER + WRAPPED));
  }

  /** As `open`, of a value that was sealed as text. */
  openText(context: string, sealed: Buffer): string {
    return this.open(context, sealed).toString('utf8');
  }

  /** The same value with its data key wrapped by the first key of the ring. @throws as `open` */
  rewrap(context: string, sealed: Buffer): Buffer {
    const dataKey = this.dataKeyOf(context, sealed);
    return Buffer.concat([this.header, encrypt(this.first, context, dataKey), sealed.subarray(HEADER + WRAPPED)]);
  }

  /** 256 bits that follow from `text`, and that nobody without the first key can foretell (HMAC-SHA-256). */
  derive(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.first).update(`${purpose}\n${text}`).digest();
  }

  private dataKeyOf(context: string, sealed: Buffer): Buffer {
    if (sealed[0] !== FORMAT) throw new Error('A sealed value has an unknown format.');
    const id = sealed.subarray(1, HEADER).toString('hex');
    const key = this.keys.get(id);
    if (!key) throw new Error(`A value is sealed with the key ${id}, which is not among KEY_ENCRYPTION_KEY.`);
    return decrypt(key, context, sealed.subarray(HEADER, HEADER + WRAPPED));
  }
}

/** It says nothing about the key: the start of the hash of 256 random bits. */
const idOf = (key: Buffer): Buffer =>
  createHash('sha256').update('berth key id\n').update(key).digest().subarray(0, KEY_ID);

function encrypt(key: Buffer, context: string, plain: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, context: string, sealed: Buffer): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error('A sealed value is cut short.');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
}
