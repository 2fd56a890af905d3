import type { TaxRule } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { taxesOf } from './tax-rules.js';

const rule = (over: Partial<Omit<TaxRule, 'tax'>> & { percent: string | null; tax?: string }): TaxRule => {
  const { percent, tax = 'vat', ...rest } = over;
  const tellable = { id: tax, name: tax.toUpperCase(), percent };
  const place = { id: 'r', issuer: 'BERTH', country: 'DE', customers: 'all' as const };
  return { ...place, validFrom: '2020-01-01T00:00:00.000Z', tax: tellable, ...rest };
};

const rules = [
  rule({ percent: '19' }),
  rule({ percent: '16', validFrom: '2020-07-01T00:00:00.000Z' }),
  rule({ percent: '19', validFrom: '2021-01-01T00:00:00.000Z' }),
  rule({ country: 'FR', percent: '20' }),
  rule({ country: 'FR', customers: 'with-tax-id', percent: '0' }),
  rule({ country: 'CA', percent: '5', tax: 'gst' }),
  rule({ country: 'CA', percent: '7', tax: 'pst' }),
  rule({ country: 'CA', percent: null, tax: 'pst', validFrom: '2026-01-01T00:00:00.000Z' }),
];

describe('taxes by rule', () => {
  it.each([
    ['the first rule before any other', 'DE', false, '2020-06-30T23:59:59.999Z', ['vat 19']],
    ['a rule from its first moment on', 'DE', false, '2020-07-01T00:00:00.000Z', ['vat 16']],
    ['the last that began', 'DE', true, '2026-11-30T23:59:59.999Z', ['vat 19']],
    ['nothing before the first', 'DE', false, '2019-12-31T23:59:59.999Z', []],
    ['customers without a tax id pay', 'FR', false, '2026-01-01T00:00:00.000Z', ['vat 20']],
    ['those with one see that they do not', 'FR', true, '2026-01-01T00:00:00.000Z', ['vat 0']],
    ['several taxes side by side', 'CA', true, '2025-12-31T23:59:59.999Z', ['gst 5', 'pst 7']],
    ['one of them ended', 'CA', true, '2026-01-01T00:00:00.000Z', ['gst 5']],
    ['no rule for a country', 'JP', false, '2026-01-01T00:00:00.000Z', []],
    ['no country', null, false, '2026-01-01T00:00:00.000Z', []],
  ])('%s', (_name, country, hasTaxId, at, taxes) => {
    const found = taxesOf(rules.toReversed(), { country, hasTaxId }, new Date(at));
    expect(found.map(({ id, percent }) => `${id} ${percent}`)).toEqual(taxes);
  });

  it('are of each tax the rule that began last, own customers first, whatever the order of the rules', () => {
    const year = (count: number) => `${2020 + count}-01-01T00:00:00.000Z`;
    const some = fc.record({
      ...{ country: fc.constantFrom('DE', 'FR'), tax: fc.constantFrom('gst', 'vat'), began: fc.nat(4) },
      customers: fc.constantFrom<TaxRule['customers']>('all', 'with-tax-id', 'without-tax-id'),
      percent: fc.constantFrom('0', '7', '19', null),
    });
    // Two rules for the same customers never begin at one moment: the database says so.
    const all = fc.uniqueArray(some, { maxLength: 12, selector: ({ percent: _, ...key }) => JSON.stringify(key) });
    fc.assert(
      fc.property(all, fc.boolean(), fc.nat(4), (given, hasTaxId, now) => {
        const expected: string[] = [];
        for (const tax of ['gst', 'vat']) {
          const customers = [hasTaxId ? 'with-tax-id' : 'without-tax-id', 'all'];
          const moments = Array.from({ length: now + 1 }, (_, index) => now - index);
          const chosen = customers
            .flatMap((who) => moments.map((began) => ({ who, began })))
            .flatMap(({ who, began }) => given.filter((each) => each.customers === who && each.began === began))
            .find((each) => each.country === 'DE' && each.tax === tax);
          if (chosen && chosen.percent !== null) expected.push(`${tax} ${chosen.percent}`);
        }
        const told = given.map(({ began, ...each }) => rule({ ...each, validFrom: year(began) }));
        const found = taxesOf(told, { country: 'DE', hasTaxId }, new Date(year(now)));
        expect(found.map(({ id, percent }) => `${id} ${percent}`)).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});
