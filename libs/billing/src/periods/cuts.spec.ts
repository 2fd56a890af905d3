import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutsBetween, type Grain } from './cuts.js';

const hour = 3_600_000;
const hours = (from: string, to: string, grain: Grain, zone: string) =>
  cutsBetween({ from: new Date(from), to: new Date(to) }, grain, zone, 100)?.map(
    (cut) => (cut.to.getTime() - cut.from.getTime()) / hour,
  );

describe('an interval', () => {
  it.each<[string, string, string, Grain, string, number[] | undefined]>([
    [
      'days of New York when clocks go back',
      '2026-10-31T04:00Z',
      '2026-11-03T05:00Z',
      'day',
      'America/New_York',
      [24, 25, 24],
    ],
    [
      'days of New York when clocks go forward',
      '2026-03-07T05:00Z',
      '2026-03-10T04:00Z',
      'day',
      'America/New_York',
      [24, 23, 24],
    ],
    [
      'days of Lord Howe, which shifts by half an hour',
      '2026-04-04T13:00Z',
      '2026-04-05T13:30Z',
      'day',
      'Australia/Lord_Howe',
      [24.5],
    ],
    ['days of Kathmandu', '2026-11-01T00:00Z', '2026-11-02T18:15Z', 'day', 'Asia/Kathmandu', [18.25, 24]],
    ['months over the end of a year', '2026-12-01T00:00Z', '2027-02-10T00:00Z', 'month', 'UTC', [744, 744, 216]],
    ['a leap day', '2028-02-28T12:00Z', '2028-03-01T00:00Z', 'day', 'UTC', [12, 24]],
    ['hours', '2026-11-01T00:30Z', '2026-11-01T02:15Z', 'hour', 'UTC', [0.5, 1, 0.25]],
    ['nothing', '2026-11-01T00:00Z', '2026-11-01T00:00Z', 'hour', 'UTC', []],
    ['too many pieces', '2026-11-01T00:00Z', '2026-11-06T00:00Z', 'hour', 'UTC', undefined],
  ])('is cut: %s', (_name, from, to, grain, zone, expected) => {
    expect(hours(from, to, grain, zone)).toEqual(expected);
  });

  it('is covered by its pieces, each beginning where the one before ends', () => {
    const zone = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'America/Asuncion');
    const grain = fc.constantFrom<Grain>('hour', 'day', 'month');
    const moment = fc.integer({ min: 0, max: 40 * 365 * 24 * 60 }).map((minutes) => new Date(minutes * 60_000));
    const length = fc.integer({ min: 1, max: 40 * 24 * 60 }).map((minutes) => minutes * 60_000);
    fc.assert(
      fc.property(zone, grain, moment, length, (where, by, from, milliseconds) => {
        const to = new Date(from.getTime() + milliseconds);
        const cuts = cutsBetween({ from, to }, by, where, 10_000) ?? [];
        expect([cuts[0]?.from, cuts.at(-1)?.to]).toEqual([from, to]);
        cuts.slice(1).forEach((cut, index) => expect(cut.from).toEqual(cuts[index]?.to));
        expect(cuts.every((cut) => cut.from < cut.to)).toBe(true);
      }),
    );
  });
});
