import type { Measurement } from '@berth/contracts/runtime';

const HOUR = 3_600_000;

/** What the instances of a process type used in an hour, as far as they were seen. */
export interface MeasuredUse {
  readonly workloadId: string;
  readonly processType: string;
  /** The beginning of an hour of UTC. */
  readonly hour: Date;
  readonly millicoreMilliseconds: bigint;
  readonly byteMilliseconds: bigint;
  readonly measuredMilliseconds: bigint;
}

interface Part {
  readonly from: number;
  readonly to: number;
}

export const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / HOUR) * HOUR);

/**
 * The time that a sample stands for: since the one before it. Nothing, when there was none before it or one was left out:
 * then nobody knows what went on meanwhile.
 */
export function coveredSince(last: Date | null, at: Date, everySeconds: number): Date {
  const isGap = last === null || at.getTime() - last.getTime() > everySeconds * 1_500;
  return isGap || last > at ? at : last;
}

/** What a sample says about `[from, to)`: each instance from the moment on at which it was ready. */
export function usesOf(sample: readonly Measurement[], from: Date, to: Date): MeasuredUse[] {
  const parts = hoursOf({ from: from.getTime(), to: to.getTime() });
  const uses = new Map<string, MeasuredUse>();
  for (const [each, part] of sample.flatMap((one) => parts.map((part) => [one, part] as const))) {
    const key = `${each.workloadId} ${each.processType} ${part.from}`;
    const use = added(uses.get(key), each, part);
    if (use) uses.set(key, use);
  }
  return [...uses.values()];
}

function added(sum: MeasuredUse | undefined, each: Measurement, { from, to }: Part): MeasuredUse | undefined {
  const time = BigInt(Math.max(0, to - Math.max(from, Date.parse(each.readySince))));
  if (time === 0n) return sum;
  return {
    ...{ workloadId: each.workloadId, processType: each.processType, hour: hourOf(new Date(from)) },
    millicoreMilliseconds: (sum?.millicoreMilliseconds ?? 0n) + time * BigInt(each.cpuMillicores),
    byteMilliseconds: (sum?.byteMilliseconds ?? 0n) + time * BigInt(each.memoryBytes),
    measuredMilliseconds: (sum?.measuredMilliseconds ?? 0n) + time,
  };
}

function hoursOf({ from, to }: Part): Part[] {
  const next = Math.floor(from / HOUR) * HOUR + HOUR;
  if (from >= to) return [];
  return next >= to ? [{ from, to }] : [{ from, to: next }, ...hoursOf({ from: next, to })];
}
