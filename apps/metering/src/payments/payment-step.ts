import { digitsOf, parseMinor } from '@berth/billing';
import type { Payment } from '@berth/contracts/metering';
import type { Observed } from './payment-provider.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds from an attempt that failed to the next one; after the last nobody is asked but by hand. */
const retries = [DAY, 3 * DAY, 5 * DAY, 7 * DAY] as const;
const LONGEST = 15 * MINUTE;

export type Step =
  | { readonly kind: 'end'; readonly state: 'paid' | 'withdrawn'; readonly reference: string | null }
  | {
      readonly kind: 'end';
      readonly state: 'failed';
      readonly reference: string | null;
      readonly failure: string;
      readonly retrySeconds: number | null;
    }
  | {
      readonly kind: 'wait';
      readonly seconds: number;
      readonly reference: string | null;
      readonly payAt: string | null;
      readonly failure: string | null;
    };

type Attempt = Pick<Payment, 'attempt' | 'amount' | 'currency'> & { readonly looks: number };

/** Until the next look: ever longer, because providers tell, and looking is for what they did not tell. */
export const secondsAfter = (looks: number): number => Math.min(LONGEST, 5 * 2 ** Math.min(looks, 20));

/** What follows from what the provider says. `isWanted`: the invoice is still to be paid. */
export function stepOf(attempt: Attempt, observed: Observed, isWanted: boolean): Step {
  const { reference } = observed;
  if (observed.state === 'failed' && !isWanted) return { kind: 'end', state: 'withdrawn', reference };
  if (observed.state === 'failed') {
    const retrySeconds = retries[attempt.attempt - 1] ?? null;
    return { kind: 'end', state: 'failed', reference, failure: observed.failure, retrySeconds };
  }
  const wait = { kind: 'wait', seconds: secondsAfter(attempt.looks), reference: observed.reference } as const;
  if (observed.state === 'pending') return { ...wait, payAt: observed.payAt, failure: null };
  if (isSameAmount(attempt, observed)) return { kind: 'end', state: 'paid', reference };
  const [told, asked] = [observed, attempt].map(({ amount, currency }) => `${amount} ${currency}`);
  return { ...wait, payAt: null, failure: `The provider says that ${told} were paid, and ${asked} are due.` };
}

type Money = Pick<Payment, 'amount' | 'currency'>;

const isSameAmount = (one: Money, other: Money): boolean =>
  one.currency === other.currency && minor(one) === minor(other);
const minor = ({ amount, currency }: Money): bigint => parseMinor(amount, digitsOf(currency));
