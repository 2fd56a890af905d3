import { Secret, TOTP } from 'otpauth';

/** RFC 6238 as every authenticator speaks it: SHA-1, six digits, 30 seconds. */
const parameters = { issuer: 'Berth', algorithm: 'SHA1', digits: 6, period: 30 };
/** Clocks of people's devices are off by a little. */
const WINDOW = 1;
const PERIOD_MS = parameters.period * 1_000;

export const newTotpSecret = (): string => new Secret({ size: 20 }).base32;

export const totpUri = (secret: string, account: string): string => totpOf(secret, account).toString();

/**
 * The time step that a code belongs to, undefined when it is of none near now. The caller refuses a step that was used
 * before (RFC 6238, section 5.2: a code is good once).
 */
export function stepOfCode(secret: string, code: string, now: Date): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secret, '').validate({ token: code, timestamp: now.getTime(), window: WINDOW });
  return delta === null ? undefined : Math.floor(now.getTime() / PERIOD_MS) + delta;
}

const totpOf = (secret: string, account: string): TOTP =>
  new TOTP({ ...parameters, label: account, secret: Secret.fromBase32(secret) });
