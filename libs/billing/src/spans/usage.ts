import type { UsageOfApp } from '../rating/rating.js';
import type { Span } from './history.js';

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

/** Usage of each app in `[from, to)`; apps in the order of their ids. */
export function usageOf(spans: readonly Span[], stretch: Stretch): UsageOfApp[] {
  const sums = new Map<string, { cpu: bigint; memory: bigint }>();
  for (const span of spans) {
    const part = clipped(span, stretch);
    if (!part) continue;
    const instanceTime = BigInt(part.to.getTime() - part.from.getTime()) * BigInt(part.instances);
    const sum = sums.get(part.appId) ?? { cpu: 0n, memory: 0n };
    sum.cpu += instanceTime * BigInt(part.cpuMillicores);
    sum.memory += instanceTime * BigInt(part.memoryMib) * bytesPerMib;
    sums.set(part.appId, sum);
  }
  return [...sums]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([appId, { cpu, memory }]): UsageOfApp[] => [
      { appId, metric: 'cpu', quantity: cpu },
      { appId, metric: 'memory', quantity: memory },
    ]);
}
