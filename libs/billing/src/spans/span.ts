import type { AllocationEntry } from '@berth/contracts/events';

/** What one span is of: instances that are alike in all of this. */
export type Resource = Omit<AllocationEntry, 'instances'>;

export interface OpenSpan extends AllocationEntry {
  readonly id: string;
  readonly from: Date;
}

/** What turns the open spans of a workload into those of its next allocation. */
export interface Move {
  /** The moment of the change; never before the one before it. */
  readonly at: Date;
  /** Spans that end at `at`. */
  readonly closing: readonly OpenSpan[];
  /** Spans that would be empty, because they began at `at`. */
  readonly dropping: readonly OpenSpan[];
  /** Spans that begin at `at`. */
  readonly opening: readonly AllocationEntry[];
}

const keyOf = (resource: Resource): string =>
  JSON.stringify([
    resource.cluster,
    resource.release,
    resource.processType,
    resource.cpuMillicores,
    resource.memoryMib,
  ]);

/** One entry per resource. */
export function mergeEntries(entries: readonly AllocationEntry[]): AllocationEntry[] {
  const merged = new Map<string, AllocationEntry>();
  for (const entry of entries) {
    const instances = (merged.get(keyOf(entry))?.instances ?? 0) + entry.instances;
    merged.set(keyOf(entry), { ...entry, instances });
  }
  return [...merged.values()];
}

/**
 * Compares what is open with the whole allocation that holds from `effectiveAt` on. What did not change stays open.
 * A moment before `former`, the moment of the change before, is moved to it: time that was told already stays as told.
 */
export function moveTo(
  open: readonly OpenSpan[],
  entries: readonly AllocationEntry[],
  effectiveAt: Date,
  former: Date | null,
): Move {
  const at = former && effectiveAt < former ? former : effectiveAt;
  const wanted = new Map(mergeEntries(entries).map((entry) => [keyOf(entry), entry]));
  const held = new Map(open.map((span) => [keyOf(span), span]));
  const ending = open.filter((span) => wanted.get(keyOf(span))?.instances !== span.instances);
  return {
    at,
    closing: ending.filter((span) => span.from < at),
    dropping: ending.filter((span) => span.from >= at),
    opening: [...wanted]
      .filter(([key, entry]) => held.get(key)?.instances !== entry.instances)
      .map(([, entry]) => entry),
  };
}
