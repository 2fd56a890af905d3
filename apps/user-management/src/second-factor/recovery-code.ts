import { randomBytes } from 'node:crypto';
import { hashToken } from '../sealing/opaque-token.js';

const COUNT = 10;
const alphabet = 'abcdefghjkmnpqrstuvwxyz023456789';

/** Each stands for five bits. */
const LETTERS = 24;

/** Ten codes of 120 random bits: `abcd-efgh-jkmn-pqrs-tuvw-xyz2`. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () =>
    Array.from(randomBytes(LETTERS), (byte) => alphabet[byte % alphabet.length])
      .join('')
      .replace(/(.{4})(?=.)/g, '$1-'),
  );

/** What is stored of a code, however it was typed. No salt and no slow hash: more than 112 random bits cannot be guessed. */
export const hashRecoveryCode = (code: string): string => hashToken(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
