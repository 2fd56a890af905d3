import { type InvoiceDocument, invoiceDocument, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { csvOf } from '../src/exports/csv.js';
import { focusCsv, focusRows } from '../src/exports/focus.js';
import { focusColumnNames } from '../src/exports/focus-columns.js';
import { invoiceCsv } from '../src/exports/invoice-csv.js';
import { inUnits } from '../src/exports/quantity.js';
import { parseMinor } from '../src/rating/currency.js';
import { breachesAmong, breachesOf } from './focus-rules.js';
import { a, app, b, flat, gib, hour, line, month, pricesOf, told } from './told-invoice.js';

const sumOf = (amounts: readonly (string | null)[]) =>
  amounts.reduce((all, each) => all + parseMinor(each ?? '0', 2), 0n);

describe('CSV', () => {
  it('quotes what would be read as something else', () => {
    expect(
      csvOf(
        ['a', 'b'],
        [
          ['x,y', 'say "hi"'],
          [null, 'two\nlines'],
        ],
      ),
    ).toBe('a,b\r\n"x,y","say ""hi"""\r\n,"two\nlines"\r\n');
  });

  it('of an invoice has a row for each app and line, which add up to what is due', () => {
    const [head, ...rows] = invoiceCsv(told).trimEnd().split('\r\n');
    expect(head!.split(',')).toHaveLength(18);
    expect(rows[0]).toBe(
      `BERTH-000007,2026-11,usage,cpu,CPU,1,,${month.from},${month.to},${a},100.0000000000,core-hour,2.80,EUR,,storefront,shop,`,
    );
    expect(rows[4]).toContain('"Support, ""gold"""');
    expect(rows.at(-1)).toBe('BERTH-000007,2026-11,usage,cpu,CPU,1,,,,,,,0.46,EUR,BERTH-000003 (2026-10),,,');
    const amounts = rows.map((row) =>
      row
        .replaceAll(/"[^"]*("")?[^"]*"/g, '')
        .split(',')
        .at(-6)!,
    );
    expect(sumOf(amounts)).toBe(parseMinor(told.totals.due, 2));
  });
});

/** An invoice of the hours that domains led to apps, by what it calls them. */
const ofDomains = (
  ...named: readonly (readonly (readonly [id: string, name: string | null])[])[]
): InvoiceDocument => ({
  ...told,
  names: [a, b].map((appId, index) => ({
    ...{ appId, name: `app ${index}`, project: { id: b, name: 'shop' }, environments: [] },
    ...(named[index] && { domains: named[index].map(([id, name]) => ({ id, name })) }),
  })),
  lines: invoiceDocument.shape.lines.parse([
    line({
      ...{ kind: 'usage', id: 'domain', name: 'Domains', amount: '0.30' },
      usage: { metric: 'domain', quantity: `${6n * 3_600_000n}`, unit: 'domain-hour' },
      apps: [app(a, 4n * 3_600_000n, '0.20'), app(b, 2n * 3_600_000n, '0.10')],
    }),
    told.lines[0],
  ]),
  corrections: [],
});
const [one, two, three] = ['5', '6', '7'].map((last) => `019a0000-0000-7000-8000-00000000000${last}`) as [
  string,
  string,
  string,
];

describe('a line of domains', () => {
  const several = ofDomains([
    ...[[one, 'shop.example.com'] as const, [two, 'shop.example.com/api'] as const, [three, null] as const],
  ]);

  it('has the hosts and paths of each app in CSV, the id of one that nobody named, and other lines have none', () => {
    const [, first, second, cpu] = invoiceCsv(several).split('\r\n');
    expect(first).toMatch(new RegExp(`,app 0,shop,shop.example.com shop.example.com/api ${three}$`));
    expect(second).toMatch(/,app 1,shop,$/);
    expect(cpu).toMatch(/,app 0,shop,$/);
  });

  it('is about the host in FOCUS where one alone led to the app', () => {
    const rows = focusRows(ofDomains([[one, 'shop.example.com']], [[two, null]]), pricesOf);
    expect(rows.slice(0, 3)).toMatchObject([
      { ResourceId: one, ResourceName: 'shop.example.com', ResourceType: 'Domain', SubAccountName: 'shop' },
      { ResourceId: two, ResourceName: null, ResourceType: 'Domain' },
      { ResourceId: a, ResourceName: 'app 0', ResourceType: 'App', Tags: null },
    ]);
    expect(rows[0]!.Tags).toBe('{"berth/app":"app 0","berth/domains":"shop.example.com"}');
  });

  it('is about the app in FOCUS where several led to it, or nobody said which, with all that is known as tags', () => {
    const rows = focusRows(several, pricesOf);
    const resource = { ResourceId: a, ResourceName: 'app 0', ResourceType: 'App' };
    const hosts = `shop.example.com shop.example.com/api ${three}`;
    expect(rows.slice(0, 2)).toMatchObject([
      { ...resource, Tags: JSON.stringify({ 'berth/app': 'app 0', 'berth/domains': hosts }) },
      { ResourceId: b, ResourceType: 'App', Tags: null },
    ]);
  });

  it('keeps the rules of the columns of FOCUS', () => {
    for (const each of [several, ofDomains([[one, 'shop.example.com']], [[two, null]]), ofDomains()]) {
      const rows = focusRows(each, pricesOf);
      expect(rows.map(breachesOf)).toEqual(rows.map(() => []));
      expect(breachesAmong(rows)).toEqual([]);
    }
  });
});

describe('quantities for reading', () => {
  it.each([
    ['cpu', hour, 4, '1.0000'],
    ['cpu', 1n, 4, '0.0000'],
    ['cpu', hour / 3n, 4, '0.3333'],
    ['memory', 3n * gib, 0, '3'],
  ] as const)('%s: %i base units with %i decimals are %s', (metric, quantity, decimals, text) =>
    expect(inUnits(metric, quantity, decimals)).toBe(text),
  );
});

describe('FOCUS 1.0', () => {
  const rows = focusRows(told, pricesOf);

  it('has every column in order, and every row keeps the rules of the specification', () => {
    const [head] = focusCsv(told, pricesOf).split('\r\n');
    expect(head!.split(',')).toEqual([...focusColumnNames]);
    expect(focusColumnNames).toHaveLength(43);
    expect(focusColumnNames).toEqual([...focusColumnNames].sort());
    expect(rows.map(breachesOf)).toEqual(rows.map(() => []));
    expect(breachesAmong(rows)).toEqual([]);
  });

  it('bills what the invoice says is due', () => {
    expect(sumOf(rows.map((row) => row.BilledCost))).toBe(parseMinor(told.totals.due, 2));
  });

  it('tells list prices from agreed ones, by app', () => {
    expect(rows[0]).toMatchObject({
      ...{ ChargeCategory: 'Usage', ChargeFrequency: 'Usage-Based', ResourceId: a, ResourceType: 'App' },
      ...{ BilledCost: '2.80', EffectiveCost: '2.80', ListUnitPrice: '0.030', ListCost: '3', ContractedCost: '2.8' },
      ...{ PricingQuantity: '100.0000000000', PricingUnit: 'Core-Hours', SkuPriceId: 'default/v1/cpu' },
      ...{ ResourceName: 'storefront', SubAccountId: b, SubAccountName: 'shop' },
      ...{ BillingAccountName: 'Acme "Shop"', InvoiceIssuerName: 'Berth, Ltd', PublisherName: 'Berth' },
      ...{ BillingPeriodStart: '2026-11-01T05:00:00Z', BillingPeriodEnd: '2026-12-01T05:00:00Z' },
    });
  });

  it('takes the average where no price is that of each unit', () => {
    const free = priceList.parse({ rates: [{ ...flat('1').rates[0], free: { quantity: '100', of: 'organization' } }] });
    const [cpu] = focusRows(told, () => ({ list: free, contracted: free }));
    expect(cpu).toMatchObject({ ContractedUnitPrice: '0.0279629630', ListUnitPrice: '0.0279629630' }); // 3.02 / 108
    expect(breachesOf(cpu!)).toEqual([]);
    expect(rows[2]).toMatchObject({ ContractedUnitPrice: '29.7000000030', SkuPriceId: 'default/v1-a2/memory' }); // 9.90 x 3
  });

  it('says what is a purchase, a tax, a credit, an adjustment and a correction', () => {
    const kinds = rows.slice(4).map((row) => [row.ChargeCategory, row.ChargeClass, row.ListUnitPrice, row.BilledCost]);
    expect(kinds).toEqual([
      ['Purchase', null, '10.00', '10.00'],
      ['Adjustment', null, null, '-1.00'],
      ['Adjustment', null, null, '5.00'],
      ['Tax', null, null, '5.38'],
      ['Credit', null, null, '-2.00'],
      ['Usage', 'Correction', null, '0.46'],
    ]);
  });

  it('is checked by rules that find what is wrong', () => {
    const [row] = rows;
    const wrong = {
      ...row!,
      BilledCost: null,
      ChargeCategory: 'Gift',
      BillingPeriodEnd: '2026',
      ListCost: '3.1',
      ResourceType: null,
      SkuPriceId: null,
      SubAccountName: null,
      PricingUnit: 'core hour',
      CommitmentDiscountId: 'plan',
    };
    expect(breachesOf(wrong)).toEqual([
      ...['BilledCost is null', 'BillingPeriodEnd is no datetime: 2026', 'ChargeCategory may not be Gift'],
      ...[
        'consumption of usage alone',
        'costs are prices times quantities',
        'a type with every resource',
        'a name with every sub account',
        'units as they are written',
        'all of a commitment or nothing',
        'one amount where no price is',
        'periods go forward',
      ],
    ]);
  });
});
