import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOf } from './session.js';

const DAY_MS = 86_400_000;
const login = new Date('2026-11-21T10:00:00.000Z');
const after = (days: number) => new Date(login.getTime() + days * DAY_MS);
const config = { REFRESH_TOKEN_DAYS: 30, SESSION_IDLE_DAYS: 7 };

describe('a session ends', () => {
  it.each([
    [0, 7],
    [6, 13],
    [23, 30],
    [29, 30],
  ])('that was used %i days after its login for the last time: %i days after it', (used, ends) => {
    expect(endOf(login, after(used), config)).toEqual(after(ends));
  });

  it('never after its lifetime, and never later than it may be left alone', () => {
    const days = fc.integer({ min: 1, max: 365 });
    fc.assert(
      fc.property(days, days, fc.nat(365), (lifetime, idle, used) => {
        const end = endOf(login, after(used), { REFRESH_TOKEN_DAYS: lifetime, SESSION_IDLE_DAYS: idle });
        expect(end <= after(lifetime)).toBe(true);
        expect(end <= after(used + idle)).toBe(true);
        expect([after(lifetime), after(used + idle)]).toContainEqual(end);
      }),
    );
  });
});
