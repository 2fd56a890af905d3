/**
 * The second implementation of what was used, for tests alone: from what was told of a workload straight to the base units of each
 * metric, with no spans and without a line of the first.
 */
import type { Metric } from '@berth/contracts/metering';
import type { UsageOfApp } from '../src/rating/rating.js';

/** Numbers of one kind of thing, as events tell them. */
export interface SlowEntry {
  readonly instances: number;
  readonly cpuMillicores: number;
  readonly memoryMib: number;
  readonly storageBytes?: number | undefined;
  readonly buildMillicores?: number | undefined;
  readonly egressBytes?: number | undefined;
  readonly domains?: number | undefined;
}

/** In the order in which its owner told them. */
export interface SlowFact {
  readonly epoch: number;
  readonly version: number;
  /** `bridge`: the first of a newer epoch needs nothing before it. `lost`: it was told, and never came. */
  readonly kind: 'change' | 'snapshot' | 'bridge' | 'lost';
  readonly at: number;
  readonly entries: readonly SlowEntry[];
}

interface Holding {
  readonly at: number;
  readonly entries: readonly SlowEntry[];
}

const perMillisecond: Record<Metric, (entry: SlowEntry) => number> = {
  cpu: (entry) => entry.cpuMillicores,
  memory: (entry) => entry.memoryMib * 1_048_576,
  storage: (entry) => entry.storageBytes ?? 0,
  build: (entry) => entry.buildMillicores ?? 0,
  egress: (entry) => entry.egressBytes ?? 0,
  domain: (entry) => entry.domains ?? 0,
};

/** What is known to have held, and since when: nothing behind a hole until somebody states the whole again. */
function known(facts: readonly SlowFact[]): Holding[] {
  const holdings: Holding[] = [];
  let last: { epoch: number; version: number } | undefined;
  for (const { epoch, version, kind, at, entries } of facts) {
    if (kind === 'lost') continue;
    const isFirst = last === undefined && version === 1;
    const isNext = last?.epoch === epoch && version === last.version + 1;
    const isBridge = kind === 'bridge' && epoch > (last?.epoch ?? 0);
    if (!isFirst && !isNext && !isBridge && kind !== 'snapshot') continue;
    holdings.push({ entries, at: Math.max(at, holdings.at(-1)?.at ?? at) });
    last = { epoch, version };
  }
  return holdings;
}

/** Of an app with this workload alone, in `[from, to)`. */
export function slowUsage(appId: string, facts: readonly SlowFact[], from: number, to: number): UsageOfApp[] {
  const holdings = known(facts);
  return (Object.keys(perMillisecond) as Metric[]).map((metric) => {
    let quantity = 0n;
    holdings.forEach(({ at, entries }, index) => {
      const [begin, end] = [Math.max(at, from), Math.min(holdings[index + 1]?.at ?? to, to)];
      if (begin >= end) return;
      for (const entry of entries)
        quantity += BigInt(end - begin) * BigInt(entry.instances) * BigInt(perMillisecond[metric](entry));
    });
    return { appId, metric, quantity };
  });
}
