import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds that a notification may be old, as in Stripe's own libraries: an older one could be somebody's recording. */
const TOLERANCE = 300;

/**
 * Whether `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>]` was made with the secret over these bytes (Stripe's
 * documentation, "Verify webhook signatures manually": HMAC-SHA-256 over `<t>.<body>`). Other schemes than v1 count for nothing.
 */
export function isSigned(header: string, body: Buffer, secret: string, now: Date): boolean {
  const parts = header.split(',').map((part) => part.trim().split('=') as [string, string?]);
  const seconds = parts.find(([name]) => name === 't')?.[1] ?? '';
  if (!/^[0-9]{1,12}$/.test(seconds)) return false;
  if (Math.abs(now.getTime() / 1_000 - Number(seconds)) > TOLERANCE) return false;
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
  return parts.some(([name, value = '']) => name === 'v1' && isSame(Buffer.from(value, 'hex'), expected));
}

const isSame = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
