import { randomBytes } from 'node:crypto';
import { hashToken } from '../sealing/opaque-token.js';

const COUNT = 10;
const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789';

/** Ten codes of 80 random bits: `abcd-efgh-jkmn-pqrs`. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () =>
    Array.from(randomBytes(16), (byte) => alphabet[byte % alphabet.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  );

/** What is stored of a code, however it was typed. */
export const hashRecoveryCode = (code: string): string => hashToken(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
