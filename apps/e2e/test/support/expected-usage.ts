import type { Allocation, CloudEvent } from '@berth/contracts/events';

export interface Amounts {
  readonly millicoreSeconds: bigint;
  readonly byteSeconds: bigint;
}

/** One stretch of time during which a workload had one allocation. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly entries: Allocation['entries'];
}

/** What was told about one workload, in order; the last allocation lasts until `until`. */
export function stretchesOf(events: readonly CloudEvent[], workloadId: string, until: number): Stretch[] {
  const told = events
    .filter(({ type, subject }) => type === 'berth.workload.allocation-changed.v1' && subject === workloadId)
    .map(({ data }) => data as Allocation)
    .sort((a, b) => a.allocationVersion - b.allocationVersion);
  const begin = told.map(({ effectiveAt }) => Date.parse(effectiveAt));
  return told.map(({ entries }, at) => ({ from: begin[at] ?? 0, to: begin[at + 1] ?? until, entries }));
}

/** Computed by hand from what was told, to hold what metering answers against. Rounded down once, at the end. */
export function usageOf(stretches: readonly Stretch[], counts: (processType: string) => boolean = () => true): Amounts {
  let cpu = 0n;
  let memory = 0n;
  for (const { from, to, entries } of stretches) {
    for (const { instances, cpuMillicores, memoryMib } of entries.filter(({ processType }) => counts(processType))) {
      const instanceMilliseconds = BigInt(to - from) * BigInt(instances);
      cpu += instanceMilliseconds * BigInt(cpuMillicores);
      memory += instanceMilliseconds * BigInt(memoryMib) * 1_048_576n;
    }
  }
  return { millicoreSeconds: cpu / 1_000n, byteSeconds: memory / 1_000n };
}
