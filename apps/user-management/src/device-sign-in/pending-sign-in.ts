import { timingSafeEqual } from 'node:crypto';
import { hashToken } from '../sealing/opaque-token.js';

/** A sign-in at a provider, under way to answer a device. */
export interface PendingSignIn {
  readonly flowToken: string;
  /** Of the device, as it is shown. */
  readonly userCode: string;
}

const LIFETIME_SECONDS = 900;

/** With TLS no other host of the domain, such as an app of somebody else, can set one of this name (RFC 6265bis, section 4.1.3.2). */
const nameFor = (isSecure: boolean): string => (isSecure ? '__Host-berth-device' : 'berth-device');

/** Lax: it has to come along when the provider sends the browser back, and comes with no form of another site. */
function cookie(publicUrl: string, value: string, maxAge: number): string {
  const isSecure = publicUrl.startsWith('https:');
  const common = `${nameFor(isSecure)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`;
  return isSecure ? `${common}; Secure` : common;
}

export const cookieOf = (publicUrl: string, { flowToken, userCode }: PendingSignIn): string =>
  cookie(publicUrl, `${flowToken}.${userCode}`, LIFETIME_SECONDS);

export const forgottenCookie = (publicUrl: string): string => cookie(publicUrl, '', 0);

/** Undefined when the browser brought none, or one that is not ours. */
export function pendingOf(publicUrl: string, header = ''): PendingSignIn | undefined {
  const name = nameFor(publicUrl.startsWith('https:'));
  const [, flowToken, userCode] =
    new RegExp(`(?:^|; ?)${name}=([\\w-]{43})\\.([A-Z]{4}-[A-Z]{4})(?:;|$)`).exec(header) ?? [];
  return flowToken === undefined || userCode === undefined ? undefined : { flowToken, userCode };
}

/** What only the page can say that showed this code in this sign-in: whoever cannot read the cookie cannot compute it. */
export const confirmationOf = ({ flowToken, userCode }: PendingSignIn): string =>
  hashToken(`device confirmation ${flowToken} ${userCode}`);

export function isConfirmed(pending: PendingSignIn, shown: { userCode: string; confirmation: string }): boolean {
  const [expected, given] = [Buffer.from(confirmationOf(pending)), Buffer.from(shown.confirmation)];
  return shown.userCode === pending.userCode && given.length === expected.length && timingSafeEqual(given, expected);
}
