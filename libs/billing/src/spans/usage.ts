import { metric, type Metric } from '@berth/contracts/metering';
import type { UsageOfApp } from '../rating/rating.js';
import type { Span } from './history.js';
import type { Resource } from './span.js';

interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** What of a span lies in `[from, to)`; undefined: nothing. */
export function clipped(span: Span, { from, to }: Stretch): (Span & Stretch) | undefined {
  const start = span.from > from ? span.from : from;
  const end = span.to && span.to < to ? span.to : to;
  return start < end ? { ...span, from: start, to: end } : undefined;
}

const bytesPerMib = 2n ** 20n;

/** Base units of a metric that one instance uses in a millisecond. */
export const sizeOf: Readonly<Record<Metric, (resource: Resource) => bigint>> = {
  cpu: ({ cpuMillicores }) => BigInt(cpuMillicores),
  memory: ({ memoryMib }) => BigInt(memoryMib) * bytesPerMib,
  storage: ({ storageBytes = 0 }) => BigInt(storageBytes),
  build: ({ buildMillicores = 0 }) => BigInt(buildMillicores),
  egress: ({ egressBytes = 0 }) => BigInt(egressBytes),
  domain: ({ domains = 0 }) => BigInt(domains),
};

export const noUsage: Readonly<Record<Metric, bigint>> = {
  ...{ cpu: 0n, memory: 0n, storage: 0n, build: 0n, egress: 0n, domain: 0n },
};

/** Usage of each app in `[from, to)`; apps in the order of their ids. */
export function usageOf(spans: readonly Span[], stretch: Stretch): UsageOfApp[] {
  const sums = new Map<string, Record<Metric, bigint>>();
  for (const span of spans) {
    const part = clipped(span, stretch);
    if (!part) continue;
    const instanceTime = BigInt(part.to.getTime() - part.from.getTime()) * BigInt(part.instances);
    const sum = sums.get(part.appId) ?? { ...noUsage };
    for (const each of metric.options) sum[each] += instanceTime * sizeOf[each](part);
    sums.set(part.appId, sum);
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([appId, sum]) =>
      metric.options.map((each): UsageOfApp => ({ appId, metric: each, quantity: sum[each] })),
    );
}
