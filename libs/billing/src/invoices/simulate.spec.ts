import { priceList } from '@berth/contracts/metering';
import { expect, it } from '@jest/globals';
import { calendarMonth } from '../periods/period.js';
import { simulate } from './simulate.js';

it('100,000 spans of a month are priced by any book, as exactly as an invoice is', () => {
  const period = calendarMonth('2026-11', 'UTC');
  const hour = 3_600_000;
  const spans = Array.from({ length: 100_000 }, (_, index) => {
    const from = new Date(period.from.getTime() + (index % 700) * hour);
    const what = {
      workloadId: `w${index}`,
      appId: `a${index % 50}`,
      environmentId: 'e',
      projectId: 'p',
      cluster: 'local',
    };
    const size = { release: 1, processType: 'web', cpuMillicores: 1_000, memoryMib: 1, instances: 1 };
    return { ...what, ...size, from, to: new Date(from.getTime() + hour) };
  });
  const prices = priceList.parse({
    rates: [{ id: 'cpu', name: 'CPU', metric: 'cpu', pricing: { kind: 'per-unit', price: '0.0000000001' } }],
    minimum: '5',
  });
  const book = { currency: 'EUR', rounding: 'half-even' as const };
  // 100,000 hours x 10^-10 are 0.00; the minimum is 5.00
  expect(simulate({ book, prices, period, spans })).toMatchObject({ net: 500n, unpriced: [{ metric: 'memory' }] });
});
