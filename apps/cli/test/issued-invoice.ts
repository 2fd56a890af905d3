import { calendarMonth, canonicalText, codeVersion, documentOf, SpanDigest, spansOf, usageOf } from '@berth/billing';
import { priceList } from '@berth/contracts/metering';
import { idOf } from './platform.js';

export const book = { id: idOf(80), name: 'default', currency: 'EUR', rounding: 'half-even' as const };
export const version = {
  ...{ version: 1, validFrom: '1970-01-01T00:00:00.000Z', validTo: null },
  prices: priceList.parse({
    rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.028' } }],
    fees: [{ id: 'support', name: 'Support', amount: '10' }],
  }),
};
const event = (allocationVersion: number, effectiveAt: string, instances: number) => ({
  ...{ sequence: String(allocationVersion), source: '/berth/deployment-management', id: idOf(90 + allocationVersion) },
  ...{ epoch: 0, isSnapshot: false, time: effectiveAt },
  data: {
    ...{ workloadId: idOf(40), appId: idOf(30), environmentId: idOf(20), projectId: idOf(10), organizationId: idOf(1) },
    ...{ allocationVersion, effectiveAt },
    entries:
      instances === 0
        ? []
        : [{ cluster: 'local', release: 1, processType: 'web', instances, cpuMillicores: 1_000, memoryMib: 1 }],
  },
});
/** What one workload had: two instances for 26 hours. */
export const events = [event(1, '2026-11-02T00:00:00.000Z', 2), event(2, '2026-11-03T02:00:00.000Z', 0)];
const period = { ...calendarMonth('2026-11', 'UTC'), timeZone: 'UTC' };

/** The canonical text of their invoice. 26 hours of two cores: 52 x 0.028 = 1.456 -> 1.46; 10.00; 19 % of 11.46 = 2.1774 -> 2.18; 13.64 */
export function issued(): string {
  const spans = spansOf(events);
  const digest = new SpanDigest();
  for (const span of spans) digest.add({ ...span, to: span.to! });
  const segments = [{ version, from: period.from, to: period.to, usage: usageOf(spans, period) }];
  return canonicalText(
    documentOf({
      ...{
        number: 'BERTH-000007',
        issuer: 'BERTH',
        organizationId: idOf(1),
        issuedAt: new Date('2026-12-04'),
        cut: '2',
      },
      ...{
        period,
        book,
        segments,
        taxes: [{ id: 'vat', name: 'VAT', percent: '19' }],
        ...{ coupons: [], credits: [], names: undefined },
        parties: {},
        corrections: [],
        codeVersion,
      },
      spans: digest.done(),
    }),
  );
}
