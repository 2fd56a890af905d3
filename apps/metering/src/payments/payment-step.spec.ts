import { describe, expect, it } from '@jest/globals';
import { secondsAfter, stepOf } from './payment-step.js';
import type { Observed } from './payment-provider.js';

const attempt = { attempt: 1, looks: 1, amount: '4.10', currency: 'EUR' };
const failed: Observed = { state: 'failed', reference: 'r', failure: 'no' };
const paid = (amount: string, currency = 'EUR'): Observed => ({ state: 'paid', reference: 'r', amount, currency });

describe('what follows from what a provider says', () => {
  it.each([
    ['paid, whatever the invoice became', paid('4.10'), true, { kind: 'end', state: 'paid' }],
    ['paid, though it was not wanted', paid('4.10'), false, { kind: 'end', state: 'paid' }],
    ['the same amount written otherwise', paid('4.1'), true, { kind: 'end', state: 'paid' }],
    ['too little', paid('4.09'), true, { kind: 'wait', failure: expect.stringContaining('4.09 EUR') }],
    ['too much', paid('41.00'), true, { kind: 'wait', failure: expect.stringContaining('41.00 EUR') }],
    ['another currency', paid('4.10', 'USD'), true, { kind: 'wait', failure: expect.stringContaining('USD') }],
    ['failed', failed, true, { kind: 'end', state: 'failed', failure: 'no', retrySeconds: 86_400 }],
    ['failed, and not wanted', failed, false, { kind: 'end', state: 'withdrawn' }],
    [
      'pending',
      { state: 'pending', reference: 'r', payAt: 'p' } as const,
      true,
      { kind: 'wait', payAt: 'p', seconds: 10 },
    ],
  ])('%s', (_name, observed, isWanted, step) => {
    expect(stepOf(attempt, observed, isWanted)).toMatchObject({ reference: 'r', ...step });
  });

  it('is asked again after days, and after the fifth time no more', () => {
    const days = [1, 2, 3, 4, 5].map((number) => {
      const step = stepOf({ ...attempt, attempt: number }, failed, true);
      return 'retrySeconds' in step && step.retrySeconds !== null ? step.retrySeconds / 86_400 : null;
    });
    expect(days).toEqual([1, 3, 5, 7, null]);
  });

  it('is looked at ever more seldom, and at least every quarter of an hour', () => {
    expect([0, 1, 2, 7, 8, 1_000].map(secondsAfter)).toEqual([5, 10, 20, 640, 900, 900]);
  });
});
