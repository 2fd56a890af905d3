import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { faultOf, nextAfter, type Times } from './cron.js';
import { dueAt } from './schedule.js';

const berlin = (cron: string): Times => ({ cron, timeZone: 'Europe/Berlin' });
const at = (text: string): Date => new Date(`${text}:00.000Z`);
const next = (times: Times, from: string, count: number): string[] => {
  const found: string[] = [];
  for (let last = at(from); found.length < count;) {
    last = nextAfter(times, last) as Date;
    found.push(last.toISOString().slice(0, 16));
  }
  return found;
};

describe('the times of a schedule', () => {
  it.each([
    [
      'follow the clock on the wall',
      berlin('30 3 * * *'),
      '2026-03-28T00:00',
      ['2026-03-28T02:30', '2026-03-29T01:30'],
    ],
    ['come after the hour that is left out', berlin('30 2 * * *'), '2026-03-29T00:00', ['2026-03-29T01:30']],
    [
      'come once in the hour that is there twice',
      berlin('30 2 * * *'),
      '2026-10-25T00:00',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    ['know names of days', berlin('0 9 * * mon-fri'), '2026-11-20T12:00', ['2026-11-23T08:00']],
    ['know leap days', { cron: '0 0 29 2 *', timeZone: 'UTC' }, '2026-11-20T12:00', ['2028-02-29T00:00']],
    [
      'know half hours of zones',
      { cron: '0 0 * * *', timeZone: 'Asia/Kathmandu' },
      '2026-11-20T12:00',
      ['2026-11-20T18:15'],
    ],
  ])('%s', (_name, times, from, expected) => expect(next(times, from, expected.length)).toEqual(expected));

  it.each([
    [{ cron: 'often', timeZone: 'UTC' }, '/cron'],
    [{ cron: '0 0 30 2 *', timeZone: 'UTC' }, '/cron'],
    [{ cron: '61 * * * *', timeZone: 'UTC' }, '/cron'],
    [{ cron: '* * * * * *', timeZone: 'UTC' }, '/cron'],
    [{ cron: '0 0 * * *', timeZone: 'Mars/Crater' }, '/timeZone'],
  ])('%j are refused', (times, pointer) =>
    expect(faultOf(times, at('2026-11-21T10:00'))).toMatchObject({ pointer, message: expect.any(String) }),
  );
});

describe('what is due', () => {
  const hourly = { cron: '0 * * * *', timeZone: 'UTC' };
  const ten = at('2026-11-21T10:00');

  it('is its time, a little late', () => {
    expect(dueAt(hourly, ten, at('2026-11-21T10:04'))).toEqual({ run: ten, missed: null });
  });

  it('is missed when it is too late for it', () => {
    expect(dueAt(hourly, ten, at('2026-11-21T10:06'))).toEqual({ run: null, missed: { from: ten, count: 1 } });
  });

  it('is only the last one; those before are missed', () => {
    expect(dueAt(hourly, ten, at('2026-11-21T13:01'))).toEqual({
      run: at('2026-11-21T13:00'),
      missed: { from: ten, count: 3 },
    });
  });

  it('accounts for each time that has come, once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 90 }), fc.constantFrom(1, 5, 7, 30), (minutes, every) => {
        const times = { cron: `*/${every} * * * *`, timeZone: 'UTC' };
        const now = new Date(ten.getTime() + minutes * 60_000);
        const { run, missed } = dueAt(times, ten, now);
        let count = 0;
        for (let each: Date | null = ten; each && each <= now; each = nextAfter(times, each)) count += 1;
        expect((run ? 1 : 0) + (missed?.count ?? 0)).toBe(count);
      }),
      { numRuns: 30 },
    );
  });
});
