import { z } from 'zod';
import { Keyring } from './keyring.js';

const key = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, { error: 'must be 32 bytes in base64: openssl rand -base64 32' });

/** Configuration: keys in base64, separated by commas; the first one seals, all of them open. */
export const encryptionKeys = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(key))
  .transform((texts) => new Keyring(texts.map((each) => Buffer.from(each, 'base64'))));
