import { randomInt } from 'node:crypto';

/** No vowels, so that no words come up, and nothing that is mistaken for something else (RFC 8628, section 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const HALF = 4;

/** 34 bits: guesses are counted, and it is good for minutes. */
export const newUserCode = (): string =>
  Array.from({ length: 2 * HALF }, () => letters[randomInt(letters.length)]).join('');

/** As it is shown: `BDFG-HJKL`. */
export const shownUserCode = (code: string): string => `${code.slice(0, HALF)}-${code.slice(HALF)}`;

/** As people type it: case, blanks and hyphens do not matter. */
export const readUserCode = (typed: string): string => typed.toUpperCase().replaceAll(/[^A-Z]/g, '');

/** A device that waits to be let in. */
export interface DeviceGrantRecord {
  readonly state: 'pending' | 'approved' | 'denied';
  readonly userId: string | null;
  /** Whether whoever answered had shown more than a password: the device is then as trusted. */
  readonly secondFactor: boolean;
  readonly userAgent: string | null;
  readonly address: string;
  readonly intervalSeconds: number;
  readonly polledAt: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export type PollVerdict = 'redeem' | 'pending' | 'slow-down' | 'denied' | 'expired';

/** RFC 8628, section 3.5. */
export function judgePoll(grant: DeviceGrantRecord, now: Date): PollVerdict {
  const { state, expiresAt, polledAt, intervalSeconds } = grant;
  if (expiresAt <= now) return 'expired';
  if (state === 'denied') return 'denied';
  if (state === 'approved') return 'redeem';
  const isTooSoon = polledAt !== null && now.getTime() - polledAt.getTime() < intervalSeconds * 1_000;
  return isTooSoon ? 'slow-down' : 'pending';
}
