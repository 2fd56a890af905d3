import type { CloudEvent } from '@berth/contracts/events';
import { type InvoiceDocument, metric, type Metric, type Usage } from '@berth/contracts/metering';
import { expect } from '@jest/globals';
import type { Api } from './api.js';
import type { Platform } from './platform.js';
import { rowsOf } from './stored.js';
import { keyOf, type Stretch, sumsOf, timelineOf } from './timeline.js';

type Amounts = Usage['total'];

const DAY = 86_400_000;

const amountOf: Readonly<Record<Metric, (amounts: Amounts) => string>> = {
  cpu: ({ millicoreSeconds }) => millicoreSeconds,
  memory: ({ byteSeconds }) => byteSeconds,
  storage: ({ storageByteSeconds }) => storageByteSeconds,
  build: ({ buildMillicoreSeconds }) => buildMillicoreSeconds,
  egress: ({ egressBytes }) => egressBytes,
  domain: ({ domainSeconds }) => domainSeconds,
};

/**
 * Usage is neither lost nor made: of every organization and everything that is metered, what metering answers, and what it
 * would put on an invoice, is what the bus says that happened; and nobody has usage that the bus does not know.
 */
export async function expectConserved(platform: Platform, api: Api, events: readonly CloudEvent[]): Promise<void> {
  const timeline = timelineOf(events);
  const organizations = [...new Set(timeline.map(({ organizationId }) => organizationId))].sort();
  expect(await meteredOrganizations(platform)).toEqual(organizations);
  for (const organizationId of organizations) {
    await expectUsed(api, organizationId, timeline);
    await expectRated(api, organizationId, timeline);
  }
}

async function meteredOrganizations(platform: Platform): Promise<string[]> {
  const sql = 'select distinct organization_id as id from metered_resource';
  const rows = await rowsOf<{ id: string }>(platform.databaseUrl('metering'), sql);
  return rows.map(({ id }) => id).sort();
}

/** Each is rounded down once to whole seconds. */
async function expectUsed(api: Api, organizationId: string, timeline: readonly Stretch[]): Promise<void> {
  const to = Date.now();
  const from = to - DAY;
  const [since, until] = [from, to].map((each) => new Date(each).toISOString());
  const path = `/v1/usage?organization=${organizationId}&from=${since}&to=${until}`;
  const { total, waitingWorkloads } = await api.call<Usage>('GET', path);
  const sums = sumsOf(timeline, from, to);
  const expected = metric.options.map((each) => {
    const sum = sums.get(keyOf(organizationId, each)) ?? 0n;
    return [each, String(each === 'egress' ? sum : sum / 1_000n)];
  });
  const used = metric.options.map((each) => [each, amountOf[each](total)]);
  expect({ organizationId, waitingWorkloads, used }).toEqual({ organizationId, waitingWorkloads: 0, used: expected });
}

/** To the last unit, at a moment between asking and the answer. A preview is refused when spans and what is rated differ. */
async function expectRated(api: Api, organizationId: string, timeline: readonly Stretch[]): Promise<void> {
  const asked = Date.now();
  const path = `/v1/invoices/preview?organization=${organizationId}`;
  const { period, lines, unpriced = [] } = await api.call<InvoiceDocument>('GET', path);
  const from = Date.parse(period.from);
  const [least, most] = [sumsOf(timeline, from, asked), sumsOf(timeline, from, Date.now())];
  const rated = [...lines.flatMap(({ usage }) => usage ?? []), ...unpriced];
  for (const each of metric.options) {
    const own = rated.filter((one) => one.metric === each).reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
    const key = keyOf(organizationId, each);
    const isBetween = own >= (least.get(key) ?? 0n) && own <= (most.get(key) ?? 0n);
    expect({ key, own, isBetween }).toEqual({ key, own, isBetween: true });
  }
}
