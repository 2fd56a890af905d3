import { describe, expect, it } from '@jest/globals';
import type { AccountRow } from '../billing-accounts/billing-accounts.repository.js';
import { LOOKED_BACK_ON, lookBackOn } from './look-back.js';

const account = (openSince: string, timeZone = 'UTC'): AccountRow => ({
  ...{ organizationId: 'o', timeZone, priceBookId: 'b', issuer: 'BERTH', taxes: [], country: null, taxId: null },
  ...{ billTo: null, blocked: null, openSince: new Date(openSince), hasInvoices: true, hasAgreements: false },
  ...{ currency: 'EUR', rounding: 'half-even' },
});
const november = account('2026-11-01T00:00:00.000Z');
const monthsOf = (since?: string, by = november) => {
  const { periods, until } = lookBackOn(by, since === undefined ? undefined : new Date(since));
  return [periods.map(({ month }) => month), until?.toISOString() ?? null];
};

describe('what a closing looks back on', () => {
  it('is nothing where nothing is late, or only what is in the open period', () => {
    expect(monthsOf()).toEqual([[], null]);
    expect(monthsOf('2026-11-01T00:00:00.000Z')).toEqual([[], null]);
  });

  it('is every month from the first that is late to the one before the open one', () => {
    expect(monthsOf('2026-10-31T23:59:59.999Z')).toEqual([['2026-10'], null]);
    expect(monthsOf('2026-08-15T00:00:00.000Z')).toEqual([['2026-08', '2026-09', '2026-10'], null]);
    const newYork = account('2026-11-01T04:00:00.000Z', 'America/New_York');
    expect(monthsOf('2026-10-01T03:00:00.000Z', newYork)).toEqual([['2026-09', '2026-10'], null]);
  });

  it('ends after two years, and the next closing goes on there without a hole', () => {
    const [whole] = monthsOf('2024-11-01T00:00:00.000Z');
    expect([whole?.length, monthsOf('2024-11-01T00:00:00.000Z')[1]]).toEqual([LOOKED_BACK_ON, null]);
    expect(monthsOf('2024-10-31T00:00:00.000Z')[1]).toBe('2026-10-01T00:00:00.000Z');
    expect(monthsOf('2026-10-01T00:00:00.000Z')).toEqual([['2026-10'], null]);
  });

  it('is as little when somebody is told of centuries', () => {
    const { periods, until } = lookBackOn(november, new Date('0001-01-01T00:00:00.000Z'));
    expect([periods.length, until]).toEqual([LOOKED_BACK_ON, new Date('0003-01-01T00:00:00.000Z')]);
  });
});
