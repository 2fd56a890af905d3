import type { WakingHours } from '@berth/contracts/deployment';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAsleepAt, nextLook } from './sleep.js';

const week: WakingHours['days'] = ['mon', 'tue', 'wed', 'thu', 'fri'];
const office = { timeZone: 'Europe/Berlin', awake: [{ days: week, from: '08:00', until: '19:00' }], awakeUntil: null };
const at = (text: string): Date => new Date(`${text}.000Z`);

describe('an environment with waking hours', () => {
  it.each([
    ['before them', '2026-11-20T06:59:59', true],
    ['from their first second', '2026-11-20T07:00:00', false],
    ['until their last', '2026-11-20T17:59:59', false],
    ['after them', '2026-11-20T18:00:00', true],
    ['at the weekend', '2026-11-21T12:00:00', true],
    ['in summer, an hour earlier', '2026-07-20T06:00:00', false],
    ['in summer, at their end', '2026-07-20T17:00:00', true],
  ])('%s', (_name, moment, asleep) => expect(isAsleepAt(office, at(moment))).toBe(asleep));

  it('is awake for as long as somebody woke it', () => {
    const woken = { ...office, awakeUntil: at('2026-11-21T14:00:00') };
    expect(isAsleepAt(woken, at('2026-11-21T13:59:59'))).toBe(false);
    expect(isAsleepAt(woken, at('2026-11-21T14:00:00'))).toBe(true);
  });

  it('that has none sleeps', () => {
    expect(isAsleepAt({ ...office, awake: [] }, at('2026-11-20T12:00:00'))).toBe(true);
    expect(nextLook({ ...office, awake: [] }, at('2026-11-20T12:00:00'))).toBeNull();
  });

  it('may be awake until the day ends', () => {
    const late = { ...office, awake: [{ days: week, from: '20:00', until: '24:00' }] };
    expect(isAsleepAt(late, at('2026-11-20T22:59:59'))).toBe(false);
    expect(isAsleepAt(late, at('2026-11-20T23:00:00'))).toBe(true);
  });

  it('wakes when the clock passes over its time, in spring', () => {
    const night = { ...office, awake: [{ days: ['sun' as const], from: '02:30', until: '05:00' }] };
    const before = at('2026-03-29T00:59:59');
    expect(isAsleepAt(night, before)).toBe(true);
    expect(nextLook(night, before)).toEqual(at('2026-03-29T01:00:00'));
    expect(isAsleepAt(night, at('2026-03-29T01:00:00'))).toBe(false);
  });

  it('is looked at no later than it changes, wherever and whenever', () => {
    const minute = 60_000;
    const times = fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 0, max: 1_439 }));
    const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const start = fc.constantFrom(
      '2026-03-28T20:00:00',
      '2026-10-24T20:00:00',
      '2026-04-04T10:00:00',
      '2026-11-01T00:00:00',
    );
    const text = (minutes: number) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    fc.assert(
      fc.property(times, zone, start, ([a, b], timeZone, moment) => {
        fc.pre(a !== b);
        const awake = [
          { days: [...week, 'sat' as const, 'sun' as const], from: text(Math.min(a, b)), until: text(Math.max(a, b)) },
        ];
        const hours = { timeZone, awake, awakeUntil: null };
        const look = nextLook(hours, at(moment));
        const now = isAsleepAt(hours, at(moment));
        for (
          let each = at(moment).getTime();
          each < Math.min(look?.getTime() ?? 0, at(moment).getTime() + 720 * minute);
          each += minute
        )
          expect(isAsleepAt(hours, new Date(each))).toBe(now);
      }),
      // The minute is shown twice there, as the clock goes back half an hour.
      { numRuns: 40, examples: [[[91, 92], 'Australia/Lord_Howe', '2026-04-04T10:00:00']] },
    );
  });
});
