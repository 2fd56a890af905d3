import { createHash } from 'node:crypto';
import { newToken } from '../sealing/opaque-token.js';

/** What a scanner of sources and logs looks for. */
const PREFIX = 'berth_';
const CHECKSUM = 6;
const pattern = /^berth_[A-Za-z0-9_-]{49}$/;

/** `berth_`, 256 random bits in base64url, and a checksum by which a mistyped one is known without a look into the database. */
export function newApiToken(): string {
  const body = `${PREFIX}${newToken()}`;
  return `${body}${checksumOf(body)}`;
}

export const isApiToken = (text: string): boolean =>
  pattern.test(text) && text.slice(-CHECKSUM) === checksumOf(text.slice(0, -CHECKSUM));

/** Enough to find it again, far too little to guess the rest. */
export const shownPart = (token: string): string => token.slice(0, PREFIX.length + 4);

const checksumOf = (body: string): string => createHash('sha256').update(body).digest('base64url').slice(0, CHECKSUM);
