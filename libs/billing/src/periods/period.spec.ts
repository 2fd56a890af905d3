import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { calendarMonth, isTimeZone, monthAt } from './period.js';

const hour = 3_600_000;

describe('a calendar month', () => {
  it.each<[string, string, string, string, string, number]>([
    ['UTC', '2026-11', '2026-11-01T00:00', '2026-12-01T00:00', '30 x 24', 720],
    ['UTC', '2028-02', '2028-02-01T00:00', '2028-03-01T00:00', 'a leap year: 29 x 24', 696],
    ['UTC', '2100-02', '2100-02-01T00:00', '2100-03-01T00:00', 'no leap year: 28 x 24', 672],
    ['UTC', '2026-12', '2026-12-01T00:00', '2027-01-01T00:00', 'the end of a year: 31 x 24', 744],
    ['America/New_York', '2026-11', '2026-11-01T04:00', '2026-12-01T05:00', 'clocks go back: 30 x 24 + 1', 721],
    ['America/New_York', '2026-03', '2026-03-01T05:00', '2026-04-01T04:00', 'clocks go forward: 31 x 24 - 1', 743],
    ['America/New_York', '2026-12', '2026-12-01T05:00', '2027-01-01T05:00', '31 x 24', 744],
    ['Asia/Kathmandu', '2026-11', '2026-10-31T18:15', '2026-11-30T18:15', '5 h 45 min ahead: 30 x 24', 720],
    [
      'Australia/Lord_Howe',
      '2026-04',
      '2026-03-31T13:00',
      '2026-04-30T13:30',
      'half an hour back: 30 x 24 + 0.5',
      720.5,
    ],
    [
      'Australia/Lord_Howe',
      '2026-10',
      '2026-09-30T13:30',
      '2026-10-31T13:00',
      'half an hour forward: 31 x 24 - 0.5',
      743.5,
    ],
    ['Pacific/Apia', '2011-12', '2011-12-01T10:00', '2011-12-31T10:00', '30 December was left out: 30 x 24', 720],
    [
      'America/Asuncion',
      '2017-10',
      '2017-10-01T04:00',
      '2017-11-01T03:00',
      'midnight of the 1st was left out: 31 x 24 - 1',
      743,
    ],
  ])('%s %s is from %s to %s (%s = %d h)', (zone, month, from, to, _arithmetic, hours) => {
    const period = calendarMonth(month, zone);
    expect([period.from, period.to]).toEqual([new Date(`${from}:00Z`), new Date(`${to}:00Z`)]);
    expect((period.to.getTime() - period.from.getTime()) / hour).toBe(hours);
  });

  it('ends where the next begins, and holds every moment in between', () => {
    const zones = fc.constantFrom(
      'UTC',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
    );
    const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(zones, moment, (zone, at) => {
        const period = monthAt(at, zone);
        expect(period.from <= at && at < period.to).toBe(true);
        expect(monthAt(period.to, zone).from).toEqual(period.to);
        expect(monthAt(new Date(period.to.getTime() - 1), zone)).toEqual(period);
      }),
    );
  });

  it.each(['2026-13', 'november', '2026'])('"%s" is none', (month) => {
    expect(() => calendarMonth(month, 'UTC')).toThrow(RangeError);
  });
});

describe('a time zone', () => {
  it.each([
    ['America/New_York', true],
    ['UTC', true],
    ['Mars/Olympus', false],
    ['', false],
  ])('%s: %s', (zone, known) => {
    expect(isTimeZone(zone)).toBe(known);
  });
});
