import { usageQuery } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { intervalOf } from './interval.js';

const now = new Date('2026-11-21T10:00:00.000Z');
const textOf = (query: Parameters<typeof intervalOf>[0], timeZone = 'UTC') => {
  const { from, to, countedUntil } = intervalOf(query, timeZone, now);
  return [from, to, countedUntil].map((date) => date.toISOString());
};

describe('the interval of a query', () => {
  it.each([
    ['nothing named: this month', {}, '2026-11-01', '2026-12-01', now.toISOString()],
    ['a past month', { period: '2026-02' }, '2026-02-01', '2026-03-01', '2026-03-01T00:00:00.000Z'],
    ['December', { period: '2025-12' }, '2025-12-01', '2026-01-01', '2026-01-01T00:00:00.000Z'],
    ['a month to come', { period: '2027-01' }, '2027-01-01', '2027-02-01', '2027-01-01T00:00:00.000Z'],
  ])('%s', (_name, query, from, to, until) => {
    expect(textOf(query)).toEqual([`${from}T00:00:00.000Z`, `${to}T00:00:00.000Z`, until]);
  });

  it.each([
    ['nothing named: this month', {}, '2026-10-31T18:15', '2026-11-30T18:15', now.toISOString()],
    ['a month', { period: '2026-02' }, '2026-01-31T18:15', '2026-02-28T18:15', '2026-02-28T18:15:00.000Z'],
  ])('by the clocks of Kathmandu, %s', (_name, query, from, to, until) => {
    expect(textOf(query, 'Asia/Kathmandu')).toEqual([`${from}:00.000Z`, `${to}:00.000Z`, until]);
  });

  it('is taken to the millisecond', () => {
    const query = { from: '2026-11-20T09:59:59.001Z', to: '2026-11-20T10:00:00.002Z' };
    expect(textOf(query)).toEqual([query.from, query.to, query.to]);
  });
});

describe('a query', () => {
  const organization = '019aa000-0000-7000-8000-000000000001';
  const from = '2026-11-20T00:00:00.000Z';
  it.each([
    ['from without to', { from }, ['to']],
    ['to without from', { to: from }, ['to']],
    ['an empty interval', { from, to: from }, ['to']],
    ['both period and interval', { from, to: '2026-11-21T00:00:00.000Z', period: '2026-11' }, ['period']],
    ['a month that is none', { period: '2026-13' }, ['period']],
    ['an instant without milliseconds', { from: '2026-11-20T00:00:00Z', to: from }, ['from']],
    ['an unknown grouping', { by: 'cluster' }, ['by']],
  ])('with %s is refused', (_name, query, path) => {
    const result = usageQuery.safeParse({ organization, ...query });
    expect(result.error?.issues[0]?.path).toEqual(path);
  });
});
