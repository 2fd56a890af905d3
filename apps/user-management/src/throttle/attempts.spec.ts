import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Attempts,
  FORGOTTEN_AFTER_MS,
  judgeAttempt,
  type Limits,
  networkOf,
  NOT_BLOCKED,
  sharedBy,
} from './attempts.js';

const start = new Date('2026-11-21T12:00:00.000Z');
const limits = { free: 5, longestWaitSeconds: 300, growth: 2 };

/** Attempts at these moments, in seconds from the start: whether each was granted. */
function attemptsAt(seconds: readonly number[], within: Limits = limits): boolean[] {
  let known: Attempts | undefined;
  return seconds.map((second) => {
    const judgement = judgeAttempt(known, new Date(start.getTime() + second * 1_000), within);
    if (judgement.granted) known = judgement.attempts;
    return judgement.granted;
  });
}

describe('attempts', () => {
  it('are free at first, then further and further apart', () => {
    expect(attemptsAt([0, 0, 0, 0, 0, 0])).toEqual([true, true, true, true, true, false]);
    expect(attemptsAt([0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7])).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      true,
      false,
      false,
      false,
      true,
    ]);
  });

  it('that are free are granted at once to everybody, whoever looked at the clock first', () => {
    expect(attemptsAt([0.02, 0.01, 0.03, 0])).toEqual([true, true, true, true]);
  });

  it('are told how long to wait', () => {
    const known = { count: 8, blockedUntil: new Date(start.getTime() + 7_500), lastAt: start };
    expect(judgeAttempt(known, start, limits)).toEqual({ granted: false, retryAfterSeconds: 8 });
  });

  it('in a day are few, however they are spread', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 86_400 }), { minLength: 100, maxLength: 2_000 });
    fc.assert(
      fc.property(moments, (seconds) => {
        const granted = attemptsAt([...seconds].sort((a, b) => a - b)).filter(Boolean).length;
        expect(granted).toBeLessThan(5 + 9 + 86_400 / 300 + 1);
      }),
      { numRuns: 50 },
    );
  });

  it('by two names are together no more than by one, although each is tried at every moment', () => {
    const all = Array.from({ length: 5_001 }, (_, second) => Array.from({ length: 5 }, () => second)).flat();
    const share = sharedBy(2, limits);
    const [one, other] = [attemptsAt(all).filter(Boolean).length, attemptsAt(all, share).filter(Boolean).length];
    expect(2 * other).toBeLessThanOrEqual(one + 2); // halves of odd numbers, rounded up
  });

  it('are forgotten after an hour of silence, and a wait never lasts longer than said', () => {
    const known = { count: 1_000, blockedUntil: start, lastAt: start };
    const later = new Date(start.getTime() + FORGOTTEN_AFTER_MS + 1);
    expect(judgeAttempt(known, later, limits)).toMatchObject({
      granted: true,
      attempts: { count: 1, blockedUntil: NOT_BLOCKED },
    });
    const judged = judgeAttempt(known, start, limits);
    expect(judged).toMatchObject({ granted: true, attempts: { blockedUntil: new Date(start.getTime() + 300_000) } });
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:DB8:0001:2:ffff::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
