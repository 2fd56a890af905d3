import { type InvoiceDocument, invoiceDocument, type Metric, priceList } from '@berth/contracts/metering';
import { describe, expect, it } from '@jest/globals';
import { focusRows } from '../src/exports/focus.js';
import { focusColumnNames, type FocusRow } from '../src/exports/focus-columns.js';
import { exact, roundQuotient } from '../src/rating/exact.js';
import { formatMinor } from '../src/rating/currency.js';
import { unitOf } from '../src/rating/metrics.js';
import { breachesAmong, breachesOf } from './focus-rules.js';

/**
 * Rows of the sample data of FOCUS (FOCUS-1.1/focus_sample.csv of FOCUS-Sample-Data, read in November 2026), in the columns
 * that 1.0 has. Figures are theirs. They are charges by the hour or the GB at a flat price, which is what ours are. Not ours:
 * their billed cost is after discounts that are in no column, commitments, and a purchase whose effective cost is 0.
 */
interface Sample {
  readonly what: string;
  readonly metric: Metric;
  readonly quantity: string;
  readonly list: readonly [unitPrice: string, cost: string];
  readonly contracted: readonly [unitPrice: string, cost: string];
}

const samples: readonly Sample[] = [
  {
    ...{ what: 'a forwarding rule in Iowa, 34.49 hours', metric: 'cpu', quantity: '34.49' },
    ...{ list: ['3.2378', '111.671722'], contracted: ['3.2054', '110.554246'] },
  },
  {
    ...{ what: 'a forwarding rule in Belgium, 319.47 hours', metric: 'cpu', quantity: '319.47' },
    ...{ list: ['2.1216', '677.787552'], contracted: ['1.9094', '609.996018'] },
  },
  {
    ...{ what: 'a load balancer in Sydney, 37.42 unit-hours', metric: 'cpu', quantity: '37.42' },
    ...{ list: ['3.9076', '146.222392'], contracted: ['3.4778', '130.139276'] },
  },
  {
    ...{ what: 'a storage account in UK South, 132.24 GB', metric: 'storage', quantity: '132.24' },
    ...{ list: ['0.6180', '81.72432'], contracted: ['0.5253', '69.465672'] },
  },
  {
    // Theirs says 580.6543360000001: a float.
    ...{ what: 'a bucket in Oregon, 279.04 GB', metric: 'storage', quantity: '279.04' },
    ...{ list: ['2.0809', '580.654336'], contracted: ['1.5815', '441.30176'] },
  },
];

const id = '019a0000-0000-7000-8000-000000000001';
const month = { from: '2024-09-01T00:00:00.000Z', to: '2024-10-01T00:00:00.000Z' };
const priced = (metric: Metric, price: string) =>
  priceList.parse({ rates: [{ id: metric, name: metric, metric, pricing: { kind: 'per-unit', price } }] });

/** An invoice of ours for the same quantity at the same prices. */
function invoiceOf({ metric, quantity: units, contracted: [, cost] }: Sample): InvoiceDocument {
  const amount = formatMinor(roundQuotient(exact(cost), exact(1), 2, 'half-even'), 2);
  // Down to a base unit, of which there are some 10^15 in a GiB-hour: the quantity of the row has ten decimals.
  const quantity = exact(units).times(unitOf[metric].size).ceil().toFixed(0);
  const usage = { metric, quantity, unit: unitOf[metric].name };
  const line = { kind: 'usage', id: metric, name: metric, version: 1, ...month, usage, amount };
  return invoiceDocument.parse({
    ...{ number: 'BERTH-000001', issuer: 'BERTH', organizationId: id, issuedAt: month.to, currency: 'USD' },
    period: { month: '2024-09', timeZone: 'UTC', ...month },
    rounding: { mode: 'half-even', decimals: 2 },
    priceBook: { id, name: 'default', versions: [{ version: 1, agreement: 1, ...month, sha256: 'a'.repeat(64) }] },
    ...{ taxes: [], cut: '1', spans: { count: 1, sha256: 'b'.repeat(64) }, corrections: [], codeVersion: '1' },
    lines: [{ ...line, agreement: 1, apps: [{ appId: id, quantity, amount }] }],
    totals: { net: amount, tax: '0.00', credited: '0.00', corrected: '0.00', due: amount },
  });
}

const rowsOf = (sample: Sample): FocusRow[] =>
  focusRows(invoiceOf(sample), () => ({
    list: priced(sample.metric, sample.list[0]),
    contracted: priced(sample.metric, sample.contracted[0]),
  }));

describe('sample rows of FOCUS', () => {
  it.each(samples.map((sample) => [sample.what, sample] as const))('%s costs by ours what it says', (_, sample) => {
    const rows = rowsOf(sample);
    expect(rows).toMatchObject([
      {
        ...{ ListUnitPrice: sample.list[0], ListCost: sample.list[1] },
        ...{ ContractedUnitPrice: sample.contracted[0], ContractedCost: sample.contracted[1] },
        ...{
          ChargeCategory: 'Usage',
          ChargeFrequency: 'Usage-Based',
          PricingCategory: 'Standard',
          BillingCurrency: 'USD',
        },
        PricingQuantity: `${sample.quantity}00000000`,
      },
    ]);
    expect(rows.flatMap(breachesOf)).toEqual([]);
  });

  it('are in order by our rules of columns, which find what is changed in them', () => {
    const nothing = Object.fromEntries(focusColumnNames.map((name) => [name, null])) as FocusRow;
    const belgium: FocusRow = {
      ...nothing,
      ...{ BilledCost: '573.39625692', EffectiveCost: '573.39625692', BillingCurrency: 'USD' },
      ...{ BillingAccountId: '01ABCD-2345EF-6789GH', BillingAccountName: 'Helios Labs' },
      ...{ BillingPeriodStart: '2024-09-01T00:00:00Z', BillingPeriodEnd: '2024-10-01T00:00:00Z' },
      ...{ ChargePeriodStart: '2024-09-19T20:00:00Z', ChargePeriodEnd: '2024-09-19T21:00:00Z' },
      ...{ ChargeCategory: 'Usage', ChargeFrequency: 'Usage-Based', ConsumedQuantity: '319.4700000000' },
      ...{ ConsumedUnit: 'Hours', PricingUnit: 'Hours', PricingQuantity: '319.47', PricingCategory: 'Standard' },
      ...{ ListUnitPrice: '2.1216', ListCost: '677.787552' },
      ...{ ContractedUnitPrice: '1.9094', ContractedCost: '609.996018' },
      ...{ InvoiceIssuerName: 'Google', ProviderName: 'Google', PublisherName: 'Google' },
      ...{ RegionId: 'europe-west1', RegionName: 'Belgium', ResourceId: 'inst-844', ResourceType: 'Forwarding Rule' },
      ...{ ServiceCategory: 'Networking', ServiceName: 'Cloud Load Balancing' },
      ...{ SkuId: 'SBZRAD5SOWOMQIGC', SkuPriceId: 'T2CXIFSU0LMI8X76.RKQ4SVH3' },
      ...{ SubAccountId: 'proj-helios-prod', SubAccountName: 'helios-prod' },
      Tags: '{"application": "NimbusAPI", "environment": "staging"}',
    };
    expect(breachesOf(belgium)).toEqual([]);
    const changed = (over: Partial<FocusRow>) => breachesOf({ ...belgium, ...over });
    expect(changed({ ListCost: '677.78' })).toEqual(['costs are prices times quantities']);
    expect(changed({ SubAccountName: null })).toEqual(['a name with every sub account']);
    expect(changed({ PricingUnit: 'hour' })).toEqual(['units as they are written']);
    expect(changed({ CommitmentDiscountId: 'cd-1' })).toEqual(['all of a commitment or nothing']);
    expect(changed({ ResourceId: null, ResourceType: null, ResourceName: 'web' })).toEqual([
      'a resource with every name of one',
    ]);
    expect(changed({ SkuId: null })).toEqual([
      ...['prices, quantities and SKU of what is sold', 'a price of each SKU has a SKU and is priced'],
    ]);
    const moved = { ...belgium, ServiceCategory: 'Compute' };
    expect(breachesAmong([belgium, moved])).toEqual([
      'ServiceName Cloud Load Balancing has more than one ServiceCategory',
    ]);
  });

  it.each(['Hours', 'GB', 'GiB-Hours', 'Core-Hours', 'LCU-Hours', 'Months', '1000 Requests'])(
    'have units of measure: %s',
    (unit) => {
      const [row] = rowsOf(samples[0]!);
      expect(breachesOf({ ...row!, PricingUnit: unit })).toEqual([]);
    },
  );
});
