import { priceList, terms } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { priceDifferencesOf } from './price-differences.js';
import { withTerms } from './terms.js';

const rate = (id: string, metric: 'cpu' | 'memory', price: string) => ({
  ...{ id, name: id, metric },
  pricing: { kind: 'per-unit' as const, price },
});
const book = priceList.parse({
  rates: [rate('cpu', 'cpu', '1'), rate('memory', 'memory', '2')],
  fees: [
    { id: 'support', name: 'Support', amount: '100' },
    { id: 'base', name: 'Base', amount: '10' },
  ],
  discounts: [{ id: 'spring', name: 'Spring', percent: '5' }],
  minimum: '50',
});

describe('terms of an agreement', () => {
  it('leave everything else as the price book says', () => {
    expect(withTerms(book, terms.parse({}))).toEqual(book);
  });

  it('replace the rate of a metric, a fee of the same id and the minimum, in their places', () => {
    const agreed = withTerms(
      book,
      terms.parse({
        rates: [rate('cores', 'cpu', '0.5')],
        fees: [
          { id: 'support', name: 'Premium', amount: '300' },
          { id: 'extra', name: 'Extra', amount: '1' },
        ],
        minimum: '500',
      }),
    );
    expect(agreed.rates.map(({ id }) => id)).toEqual(['cores', 'memory']);
    expect(agreed.fees.map(({ id, amount }) => [id, amount])).toEqual([
      ['support', '300'],
      ['base', '10'],
      ['extra', '1'],
    ]);
    expect(agreed.minimum).toBe('500');
  });

  it('take fees and discounts away, and put discounts behind those of the book', () => {
    const discounts = [{ id: 'partner', name: 'Partner', percent: '10' }];
    const agreed = withTerms(book, terms.parse({ without: ['base'], discounts }));
    expect(agreed.fees.map(({ id }) => id)).toEqual(['support']);
    expect(agreed.discounts.map(({ id }) => id)).toEqual(['spring', 'partner']);
    expect(withTerms(book, terms.parse({ without: ['spring'], discounts })).discounts).toEqual(discounts);
  });
});

describe('differences of prices', () => {
  it('are none between equal lists, whatever the order of their keys', () => {
    const other = { ...book, fees: book.fees.map(({ id, name, amount }) => ({ amount, name, id })) };
    expect(priceDifferencesOf(book, other)).toEqual([]);
  });

  it('name what is changed, new and gone', () => {
    const after = withTerms(
      book,
      terms.parse({
        rates: [rate('cpu', 'cpu', '1.5')],
        fees: [{ id: 'extra', name: 'Extra', amount: '1' }],
        without: ['spring'],
        minimum: '60',
      }),
    );
    const found = priceDifferencesOf(book, after);
    expect(found.map(({ kind, id, before, after: now }) => [kind, id, before !== null, now !== null])).toEqual([
      ['rate', 'cpu', true, true],
      ['fee', 'extra', false, true],
      ['discount', 'spring', true, false],
      ['minimum', 'minimum', true, true],
    ]);
    expect(priceDifferencesOf(after, book)).toHaveLength(4);
  });
});
