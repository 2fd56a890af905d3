import { createHash } from 'node:crypto';
import { newToken } from '../sealing/opaque-token.js';

/** What a scanner of sources and logs looks for: an API token of a person or an organization, the secret of a service account. */
type Prefix = 'berth_' | 'berthorg_' | 'berthsecret_';
const CHECKSUM = 6;
const pattern = /^berth(org|secret)?_[A-Za-z0-9_-]{49}$/;

/** 256 random bits in base64url, and a checksum by which a mistyped one is known without a look into the database. */
function newSecretText(prefix: Prefix): string {
  const body = `${prefix}${newToken()}`;
  return `${body}${checksumOf(body)}`;
}

export const newApiToken = (): string => newSecretText('berth_');
export const newOrganizationToken = (): string => newSecretText('berthorg_');
export const newClientSecret = (): string => newSecretText('berthsecret_');

const isSecretText = (text: string, prefix: Prefix): boolean =>
  text.startsWith(prefix) && pattern.test(text) && text.slice(-CHECKSUM) === checksumOf(text.slice(0, -CHECKSUM));

export const isApiToken = (text: string): boolean => isSecretText(text, 'berth_');
export const isOrganizationToken = (text: string): boolean => isSecretText(text, 'berthorg_');
export const isClientSecret = (text: string): boolean => isSecretText(text, 'berthsecret_');

/** Enough to find it again, far too little to guess the rest. */
export const shownPart = (text: string): string => text.slice(0, text.indexOf('_') + 5);

const checksumOf = (body: string): string => createHash('sha256').update(body).digest('base64url').slice(0, CHECKSUM);
