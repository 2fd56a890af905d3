import type { AllocationEntry } from '@berth/contracts/events';
import { type ObservedWorkload, serves } from '@berth/contracts/runtime';

/** Numbers of the releases that are or were live, and of those whose `web` shared requests as a canary. */
export interface BilledReleases {
  readonly live: ReadonlySet<number>;
  readonly canaries: ReadonlySet<number>;
}

/** Whether somebody was served by instances of that release and process type. */
export const isBilledIn =
  ({ live, canaries }: BilledReleases) =>
  (release: number, processType: string): boolean =>
    live.has(release) || (processType === 'web' && canaries.has(release));

const keyOf = (entry: Omit<AllocationEntry, 'instances'>): string =>
  `${entry.cluster}/${entry.processType}/${entry.release}/${entry.cpuMillicores}/${entry.memoryMib}`;

/**
 * What serves now, by cluster, release, process type and size. Instances of a release that never was live are not in it:
 * a deployment that fails is free, and so is the overlap of a replacement. Of a canary only `web` served.
 */
export function allocationOf(
  observed: ObservedWorkload,
  cluster: string,
  isBilled: (release: number, processType: string) => boolean,
): AllocationEntry[] {
  const entries = new Map<string, AllocationEntry>();
  for (const instance of observed.instances) {
    if (!serves(instance) || !isBilled(instance.release, instance.processType)) continue;
    const { processType, release, cpuMillicores, memoryMib } = instance;
    const entry = { cluster, processType, release, cpuMillicores, memoryMib };
    const key = keyOf(entry);
    entries.set(key, { ...entry, instances: (entries.get(key)?.instances ?? 0) + 1 });
  }
  return [...entries.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** With so many more (or fewer) instances of what an entry names. */
export function shifted(
  entries: readonly AllocationEntry[],
  { instances, ...what }: AllocationEntry,
): AllocationEntry[] {
  const isSame = (entry: AllocationEntry): boolean => keyOf(entry) === keyOf(what);
  const before = entries.find(isSame)?.instances ?? 0;
  const others = entries.filter((entry) => !isSame(entry));
  return before + instances > 0 ? [...others, { ...what, instances: before + instances }] : others;
}

export const sameAllocation = (a: readonly AllocationEntry[], b: readonly AllocationEntry[]): boolean =>
  textOf(a) === textOf(b);

const textOf = (entries: readonly AllocationEntry[]): string =>
  entries
    .map((entry) => `${keyOf(entry)}x${entry.instances}`)
    .sort()
    .join(',');
