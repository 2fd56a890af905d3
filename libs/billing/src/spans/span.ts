import type { MeteredEntry } from '@berth/contracts/metering';

/** What one span is of: instances that are alike in all of this. */
export type Resource = Omit<MeteredEntry, 'instances'>;

export interface OpenSpan extends MeteredEntry {
  readonly from: Date;
}

/** What turns the open spans of a workload into those of its next allocation. `Open`: what the caller knows of them. */
export interface Move<Open extends OpenSpan = OpenSpan> {
  /** The moment of the change; never before the one before it. */
  readonly at: Date;
  /** Spans that go on. */
  readonly staying: readonly Open[];
  /** Spans that end at `at`. */
  readonly closing: readonly Open[];
  /** Spans that would be empty, because they began at `at`. */
  readonly dropping: readonly Open[];
  /** Spans that begin at `at`. */
  readonly opening: readonly MeteredEntry[];
}

/** Equal for what is of one resource of a workload. Only the last part may hold blanks. */
export const resourceKey = ({
  cluster,
  release,
  processType,
  cpuMillicores,
  memoryMib,
  storageBytes = 0,
  buildMillicores = 0,
  egressBytes = 0,
  domains = 0,
}: Resource): string =>
  `${release} ${cpuMillicores} ${memoryMib} ${storageBytes} ${buildMillicores} ${egressBytes} ${domains} ${processType} ${cluster}`;

/** One entry per resource. */
export function mergeEntries(entries: readonly MeteredEntry[]): MeteredEntry[] {
  return [...merged(entries).values()];
}

function merged(entries: readonly MeteredEntry[]): Map<string, MeteredEntry> {
  const byKey = new Map<string, MeteredEntry>();
  for (const entry of entries) {
    const key = resourceKey(entry);
    const same = byKey.get(key);
    byKey.set(key, same ? { ...entry, instances: same.instances + entry.instances } : entry);
  }
  return byKey;
}

/**
 * Compares what is open with the whole allocation that holds from `effectiveAt` on. What did not change stays open.
 * A moment before `former`, the moment of the change before, is moved to it: time that was told already stays as told.
 */
export function moveTo<Open extends OpenSpan>(
  open: readonly Open[],
  entries: readonly MeteredEntry[],
  effectiveAt: Date,
  former: Date | null,
): Move<Open> {
  const at = former && effectiveAt < former ? former : effectiveAt;
  const opening = merged(entries);
  const [staying, closing, dropping]: [Open[], Open[], Open[]] = [[], [], []];
  for (const span of open) {
    const key = resourceKey(span);
    const goesOn = opening.get(key)?.instances === span.instances;
    if (goesOn) opening.delete(key);
    (goesOn ? staying : span.from < at ? closing : dropping).push(span);
  }
  return { at, staying, closing, dropping, opening: [...opening.values()] };
}
