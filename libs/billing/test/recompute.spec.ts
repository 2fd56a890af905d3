import { type AcceptedEvent, type InvoiceDocument, invoiceDocument, priceList, terms } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalText, sha256Of } from '../src/invoices/canonical.js';
import type { InvoiceExport } from '../src/invoices/export.js';
import { ExportIncomplete } from '../src/invoices/export-incomplete.js';
import { recompute } from '../src/invoices/recompute.js';
import { recordedUsage } from '../src/invoices/simulate.js';

const uuid = (last: number) => `0190b2a4-7c1e-7000-8000-${String(last).padStart(12, '0')}`;
const [organizationId, otherOrganization, bookId, otherBook] = [uuid(1), uuid(2), uuid(3), uuid(4)];
const [shop, blog, project, production] = [uuid(11), uuid(12), uuid(13), uuid(14)];
const november = {
  month: '2026-11',
  timeZone: 'UTC',
  from: '2026-11-01T00:00:00.000Z',
  to: '2026-12-01T00:00:00.000Z',
};
const october = { month: '2026-10', timeZone: 'UTC', from: '2026-10-01T00:00:00.000Z', to: november.from };

const perCoreHour = (price: string) =>
  priceList.parse({ rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price } }] });
const versionOf = (version: number, price: string) => ({
  ...{ version, validFrom: '2020-01-01T00:00:00.000Z', validTo: null, prices: perCoreHour(price) },
});
const hashOf = (prices: unknown) => sha256Of(canonicalText(prices));

/** One core of an app from an hour of November on, or (without instances) no more. */
const event = (
  sequence: number,
  [version, hour, instances]: readonly [number, number, number],
  over: Partial<AcceptedEvent['data']> = {},
): AcceptedEvent => {
  const at = new Date(Date.parse(november.from) + hour * 3_600_000).toISOString();
  const entry = { cluster: 'local', release: 1, processType: 'web', cpuMillicores: 1_000, memoryMib: 1 };
  return {
    ...{ sequence: `${sequence}`, source: '/berth/deployment-management', id: uuid(1_000 + sequence), epoch: 0 },
    ...{ isSnapshot: false, time: at },
    data: {
      ...{ workloadId: uuid(21), appId: shop, environmentId: production, projectId: project, organizationId },
      ...{ allocationVersion: version, effectiveAt: at, entries: instances === 0 ? [] : [{ ...entry, instances }] },
      ...over,
    },
  };
};

/** Says nothing of amounts: whatever is recomputed, does not come from here. */
const blank = (over: Partial<InvoiceDocument> = {}): InvoiceDocument => ({
  ...{ number: 'BERTH-000002', issuer: 'BERTH', organizationId, period: november, currency: 'EUR', cut: '100' },
  ...{ issuedAt: '2026-12-04T00:00:00.000Z', rounding: { mode: 'half-even', decimals: 2 }, taxes: [] },
  priceBook: {
    ...{ id: bookId, name: 'default' },
    versions: [{ version: 1, from: november.from, to: november.to, sha256: hashOf(perCoreHour('1')) }],
  },
  ...{ spans: { count: 99, sha256: '0'.repeat(64) }, lines: [], corrections: [], codeVersion: '1' },
  totals: { net: '7.77', tax: '7.77', credited: '7.77', corrected: '7.77', due: '7.77' },
  ...over,
});

const tenHours = [event(1, [1, 0, 1]), event(2, [2, 10, 0])];
const exported = (over: Partial<InvoiceExport> = {}, told: Partial<InvoiceDocument> = {}): InvoiceExport => ({
  ...{ format: 'berth.invoice-export.v1', document: canonicalText(blank(told)), corrected: [], agreements: [] },
  priceBooks: [{ id: bookId, versions: [versionOf(1, '1'), versionOf(2, '3')] }],
  events: tenHours,
  ...over,
});
const recomputed = (file: InvoiceExport) => invoiceDocument.parse(JSON.parse(recompute(file)));
const amounts = (told: Pick<InvoiceDocument, 'lines'>) =>
  told.lines.map(({ kind, name, amount }) => `${kind} ${name} ${amount}`);

describe('an invoice computed anew', () => {
  it('has the amounts of its events and prices, whatever the invoice itself says', () => {
    const found = recomputed(exported());
    expect(amounts(found)).toEqual(['usage CPU 10.00']);
    expect(found.totals).toEqual({ net: '10.00', tax: '0.00', credited: '0.00', corrected: '0.00', due: '10.00' });
    expect(found.spans.count).toBe(1);
  });

  it('is the same bytes when it is computed from itself', () => {
    const document = recompute(exported());
    expect(recompute(exported({ document }))).toBe(document);
  });

  it('does not depend on the order in which its events stand in the file', () => {
    const others = [event(3, [1, 5, 2], { workloadId: uuid(22), appId: blog }), event(4, [3, 20, 4])];
    const events = [...tenHours, ...others];
    const expected = recompute(exported({ events }));
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 4, maxLength: 4 }), (shuffled) => {
        expect(recompute(exported({ events: shuffled }))).toBe(expected);
      }),
    );
  });

  it('takes the event at its cut, and none after it', () => {
    const events = [...tenHours, event(9, [3, 20, 1]), event(10, [4, 25, 0])];
    // 10 hours and 5 more; without the last event the second runs to the end of the month: 700 hours
    expect(recomputed(exported({ events }, { cut: '10' })).totals.due).toBe('15.00');
    expect(recomputed(exported({ events }, { cut: '9' })).totals.due).toBe('710.00');
    expect(recomputed(exported({ events }, { cut: '2' })).totals.due).toBe('10.00');
  });

  it('compares cuts as numbers, not as texts', () => {
    const events = [...tenHours, event(100, [3, 20, 1]), event(101, [4, 25, 0])];
    expect(recomputed(exported({ events }, { cut: '11' })).totals.due).toBe('10.00');
  });

  it('leaves out what another organization used, also on the same workload', () => {
    const foreign = [
      event(3, [3, 20, 1], { organizationId: otherOrganization }),
      event(4, [1, 0, 8], { organizationId: otherOrganization, workloadId: uuid(22) }),
    ];
    expect(recompute(exported({ events: [...tenHours, ...foreign] }))).toBe(recompute(exported()));
  });

  it('charges each version of the prices for its own time', () => {
    const noon = '2026-11-01T06:00:00.000Z';
    const versions = [
      { version: 1, from: november.from, to: noon, sha256: hashOf(perCoreHour('1')) },
      { version: 2, from: noon, to: november.to, sha256: hashOf(perCoreHour('3')) },
    ];
    const found = recomputed(exported({}, { priceBook: { id: bookId, name: 'default', versions } }));
    expect(found.lines.map(({ version, amount }) => [version, amount])).toEqual([
      [1, '6.00'],
      [2, '12.00'],
    ]);
  });

  it('takes coupons, credits, taxes and waivers as they were, in their order', () => {
    const found = recomputed(
      exported(
        {},
        {
          coupons: [{ id: uuid(31), name: 'half', percent: '50' }],
          taxes: [{ id: 'vat', name: 'VAT', percent: '20' }],
          credits: [
            { id: uuid(33), name: 'first', left: '1.00' },
            { id: uuid(32), name: 'second', left: '100.00' },
          ],
          unpriced: [{ metric: 'memory', version: 1, quantity: '1', waived: 'no rate agreed' }],
        },
      ),
    );
    // 10.00 less half is 5.00; 20 % are 1.00; 6.00 are due, of which the first credit pays 1.00 and the second the rest
    expect(amounts(found)).toEqual([
      ...['usage CPU 10.00', 'discount half -5.00', 'tax VAT 1.00', 'credit first -1.00', 'credit second -5.00'],
    ]);
    // 10 hours of one MiB
    expect(found.unpriced).toEqual([
      { metric: 'memory', version: 1, quantity: `${36_000_000n * 2n ** 20n}`, waived: 'no rate agreed' },
    ]);
    expect(found.totals.due).toBe('0.00');
  });

  it('names who used anything in the month, by the names of the invoice, and nobody else', () => {
    const named = (id: string, name: string | null) => ({ id, name });
    const about = { name: 'Shop', project: named(project, 'Store'), environments: [named(production, null)] };
    const names = [
      { appId: shop, ...about },
      { appId: blog, ...about, name: 'Blog' },
    ];
    const before = event(3, [1, -48, 1], { workloadId: uuid(22), appId: blog });
    const ended = event(4, [2, -24, 0], { workloadId: uuid(22), appId: blog });
    const found = recomputed(exported({ events: [...tenHours, before, ended] }, { names }));
    expect(found.names).toEqual([{ appId: shop, ...about }]);
    expect(recomputed(exported()).names).toBeUndefined();
  });

  it('names the domains that led to it in the month, unless it is from before they had names', () => {
    const named = (id: string, name: string | null) => ({ id, name });
    const about = { name: 'Shop', project: named(project, 'Store'), environments: [named(production, null)] };
    const attached = (number: number, id: string, host: [from: number, to: number]) =>
      host.map((hour, index) => {
        const told = event(number + index, [index + 1, hour, 0], { workloadId: id });
        const entry = {
          cluster: 'domains',
          release: 0,
          processType: 'web',
          instances: 1,
          cpuMillicores: 0,
          memoryMib: 0,
        };
        return { ...told, data: { ...told.data, entries: index === 0 ? [{ ...entry, domains: 1 }] : [] } };
      });
    const events = [...tenHours, ...attached(3, uuid(22), [-48, -24]), ...attached(5, uuid(23), [0, 2])];
    const namesOf = (domains: ReturnType<typeof named>[]) =>
      recomputed(exported({ events }, { names: [{ appId: shop, ...about, domains }] })).names;
    const host = named(uuid(23), 'shop.example.com');
    expect(namesOf([host])).toEqual([{ appId: shop, ...about, domains: [host] }]);
    expect(namesOf([named(uuid(22), 'former.example.com')])).toEqual([
      { appId: shop, ...about, domains: [named(uuid(23), null)] },
    ]);
    const names = [{ appId: shop, ...about }];
    expect(recomputed(exported({ events }, { names })).names).toEqual(names);
    const since = recomputed(exported({ events }, { names, codeVersion: '2' }));
    expect(since.names).toEqual([{ appId: shop, ...about, domains: [named(uuid(23), null)] }]);
  });
});

describe('an invoice by an agreement, computed anew', () => {
  const agreed = terms.parse({ rates: perCoreHour('0.5').rates, minimum: '20' });
  const agreement = { number: 4, organizationId, validFrom: november.from, validTo: null, priceBookId: otherBook };
  const charged = { ...priceList.parse({ rates: agreed.rates }), minimum: '20' };
  const [{ from, to }, version] = [november, 1];
  const priceBook = {
    ...{ id: bookId, name: 'default' },
    versions: [{ version, agreement: 4, from, to, sha256: hashOf(charged) }],
  };
  const file = (over: Partial<InvoiceExport> = {}) =>
    exported(
      {
        priceBooks: [{ id: otherBook, versions: [versionOf(1, '9')] }],
        agreements: [{ ...agreement, terms: agreed }],
        ...over,
      },
      { priceBook },
    );

  it('has the price book and the terms that were agreed on, not the book of the account', () => {
    const found = recomputed(file());
    // 10 x 0.50, and what is missing to 20.00
    expect(amounts(found)).toEqual(['usage CPU 5.00', 'minimum Minimum of the period 15.00']);
    expect(found.lines.map((line) => line.agreement)).toEqual([4, undefined]);
  });

  it.each<[string, Partial<InvoiceExport>]>([
    ['is not in the file', { agreements: [] }],
    ['has another number', { agreements: [{ ...agreement, number: 5, terms: agreed }] }],
    [
      'is of another organization',
      { agreements: [{ ...agreement, organizationId: otherOrganization, terms: agreed }] },
    ],
    ['is by a price book that is not in the file', { priceBooks: [{ id: bookId, versions: [versionOf(1, '9')] }] }],
    ['has other terms', { agreements: [{ ...agreement, terms: terms.parse({ ...agreed, minimum: '21' }) }] }],
  ])('is refused when the agreement %s', (_name, over) => {
    expect(() => recompute(file(over))).toThrow(ExportIncomplete);
  });
});

describe('late usage, computed anew', () => {
  const [number, issuedAt] = ['BERTH-000001', '2026-11-04T00:00:00.000Z'];
  const priceBook = {
    ...{ id: bookId, name: 'default' },
    versions: [{ version: 1, from: october.from, to: october.to, sha256: hashOf(perCoreHour('1')) }],
  };
  const earlier = canonicalText(blank({ number, issuedAt, period: october, priceBook, cut: '3' }));
  const other = { workloadId: uuid(22) };
  // 10 hours of October were known up to the third event; 6 more were told late by the fifth.
  const events = [
    ...[event(2, [1, -20, 1], other), event(3, [2, -10, 0], other), event(4, [3, -8, 2], other)],
    ...[event(5, [4, -5, 0], other), event(6, [1, 0, 1]), event(7, [2, 10, 0])],
  ];
  const correction = (over: object = {}) => ({
    ...{ invoice: number, month: '2026-10', cuts: { from: '3', to: '7' }, lines: [], total: '0.00' },
    ...over,
  });
  const file = (corrected: readonly string[], over: object = {}) =>
    exported({ events, corrected: [...corrected] }, { corrections: [correction(over)] });

  it('is the difference of the earlier month between its two cuts, and is due beside the own month', () => {
    const found = recomputed(file([earlier]));
    expect(amounts(found)).toEqual(['usage CPU 10.00']);
    expect(found.corrections).toMatchObject([
      { invoice: number, total: '6.00', lines: [{ kind: 'usage', id: 'cpu', version: 1, amount: '6.00' }] },
    ]);
    expect(found.totals).toMatchObject({ net: '10.00', corrected: '6.00', due: '16.00' });
  });

  it('is nothing when both cuts are one, and then stands nowhere', () => {
    const found = recomputed(file([earlier], { cuts: { from: '5', to: '5' } }));
    expect(found.corrections).toEqual([]);
    expect(found.totals).toMatchObject({ corrected: '0.00', due: '10.00' });
  });

  it.each<[string, string[]]>([
    ['not there', []],
    ['another', [canonicalText(blank({ number: 'BERTH-000009', period: october, priceBook }))]],
  ])('is refused when the invoice that is corrected is %s', (_name, corrected) => {
    expect(() => recompute(file(corrected))).toThrow(ExportIncomplete);
  });
});

describe('an export', () => {
  it.each<[string, InvoiceExport['priceBooks']]>([
    ['without its price book', []],
    ['without the version', [{ id: bookId, versions: [versionOf(2, '1')] }]],
    ['with another price in the version', [{ id: bookId, versions: [versionOf(1, '1.0000000001')] }]],
  ])('%s is refused', (_name, priceBooks) => {
    expect(() => recompute(exported({ priceBooks }))).toThrow(ExportIncomplete);
  });

  it('tells the usage that a simulation prices: of its organization, up to its cut', () => {
    const foreign = event(2, [1, 0, 8], { organizationId: otherOrganization, workloadId: uuid(22) });
    const [second, third] = [event(3, [1, 0, 3], { workloadId: uuid(23) }), event(4, [2, 20, 0])];
    const file = exported({ events: [third, second, foreign, event(1, [1, 0, 1])] }, { cut: '3' });
    const { period, spans } = recordedUsage(file);
    expect(period).toEqual({ from: new Date(november.from), to: new Date(november.to) });
    expect(spans.map(({ workloadId, instances, to }) => [workloadId, instances, to]).toSorted()).toEqual([
      [uuid(21), 1, null],
      [uuid(23), 3, null],
    ]);
  });
});
