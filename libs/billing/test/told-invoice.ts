import { type InvoiceDocument, invoiceDocument, priceList } from '@berth/contracts/metering';
import type { FindPrices } from '../src/exports/focus.js';

export const month = { from: '2026-11-01T05:00:00.000Z', to: '2026-12-01T05:00:00.000Z' };
export const [a, b] = ['019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000002'] as const;
export const hour = 3_600_000_000n;
export const gib = 3_600_000n * 2n ** 30n;
export const line = (over: object) => ({ name: 'CPU', version: 1, ...month, usage: null, apps: [], ...over });
export const app = (appId: string, quantity: bigint, amount: string) => ({ appId, quantity: `${quantity}`, amount });

/** With every kind of line. */
export const told: InvoiceDocument = invoiceDocument.parse({
  ...{
    number: 'BERTH-000007',
    issuer: 'BERTH',
    organizationId: a,
    issuedAt: '2026-12-04T00:00:00.000Z',
    currency: 'EUR',
  },
  seller: { name: 'Berth, Ltd', address: [], taxId: null, email: null, payment: [] },
  buyer: { name: 'Acme "Shop"', address: [], country: 'AT', taxId: null },
  period: { month: '2026-11', timeZone: 'America/New_York', ...month },
  rounding: { mode: 'half-even', decimals: 2 },
  priceBook: {
    ...{ id: b, name: 'default' },
    versions: [{ version: 1, ...month, sha256: 'a'.repeat(64) }],
  },
  ...{ taxes: [], cut: '7', spans: { count: 3, sha256: 'b'.repeat(64) }, codeVersion: '1' },
  names: [{ appId: a, name: 'storefront', project: { id: b, name: 'shop' }, environments: [{ id: b, name: null }] }],
  lines: [
    line({
      ...{
        kind: 'usage',
        id: 'cpu',
        amount: '3.02',
        usage: { metric: 'cpu', quantity: `${108n * hour}`, unit: 'core-hour' },
      },
      apps: [app(a, 100n * hour, '2.80'), app(b, 8n * hour, '0.22')],
    }),
    line({
      ...{ kind: 'usage', id: 'memory', name: 'Memory', amount: '9.90', agreement: 2 },
      ...{ usage: { metric: 'memory', quantity: `${gib / 3n}`, unit: 'GiB-hour' }, apps: [app(a, gib / 3n, '9.90')] },
    }),
    line({
      ...{ kind: 'usage', id: 'disk', name: 'Disk', amount: '0.40' },
      ...{ usage: { metric: 'storage', quantity: `${gib}`, unit: 'GiB-hour' }, apps: [app(a, gib, '0.40')] },
    }),
    line({ kind: 'fee', id: 'support', name: 'Support, "gold"', amount: '10.00' }),
    line({ kind: 'discount', id: 'partner', name: 'Partner', amount: '-1.00' }),
    line({ kind: 'minimum', id: 'minimum', name: 'Minimum', amount: '5.00', version: null }),
    line({ kind: 'tax', id: 'vat', name: 'VAT', amount: '5.38', version: null }),
    line({ kind: 'credit', id: b, name: 'Welcome', amount: '-2.00', version: null }),
  ],
  corrections: [
    {
      ...{ invoice: 'BERTH-000003', month: '2026-10', cuts: { from: '1', to: '7' }, total: '0.46' },
      lines: [{ kind: 'usage', id: 'cpu', name: 'CPU', version: 1, amount: '0.46' }],
    },
  ],
  totals: { net: '27.32', tax: '5.38', credited: '2.00', corrected: '0.46', due: '31.16' },
});

export const flat = (price: string, free?: object) =>
  priceList.parse({
    rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price }, ...free }],
  });
/** Everything at a list price of 0.030, agreed on at 0.028. */
export const pricesOf: FindPrices = () => ({ list: flat('0.030'), contracted: flat('0.028') });
