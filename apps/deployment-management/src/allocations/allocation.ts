import type { AllocationEntry } from '@berth/contracts/events';
import { type ObservedInstance, type ObservedWorkload, serves } from '@berth/contracts/runtime';

/** Numbers of the releases that are or were live, and of those whose `web` shared requests as a canary. */
export interface BilledReleases {
  readonly live: ReadonlySet<number>;
  readonly canaries: ReadonlySet<number>;
  /** Of those, the one that stands by until somebody promotes it, and until the route leads to it. */
  readonly standby: ReadonlySet<number>;
}

/** Whether an instance is of use to somebody: it serves, of a release that did, or stands by on purpose. */
export const isBilledIn =
  ({ live, canaries, standby }: BilledReleases) =>
  (instance: ObservedInstance): boolean => {
    const { release, processType, readySince } = instance;
    if (processType === 'web' && standby.has(release)) return readySince !== null;
    return serves(instance) && (live.has(release) || (processType === 'web' && canaries.has(release)));
  };

const keyOf = (entry: Omit<AllocationEntry, 'instances'>): string =>
  `${entry.cluster}/${entry.processType}/${entry.release}/${entry.cpuMillicores}/${entry.memoryMib}`;

/**
 * What is of use now, by cluster, release, process type and size. Instances of a release that never was live are not in it:
 * a deployment that fails is free, and so is the overlap of a replacement. Of a canary only `web` served.
 */
export function allocationOf(
  observed: ObservedWorkload,
  cluster: string,
  isBilled: (instance: ObservedInstance) => boolean,
): AllocationEntry[] {
  const entries = new Map<string, AllocationEntry>();
  for (const instance of observed.instances) {
    if (!isBilled(instance)) continue;
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

/** Releases of which something else is in use. */
export function changedReleases(a: readonly AllocationEntry[], b: readonly AllocationEntry[]): number[] {
  const [before, after] = [a, b].map((each) => new Set(each.map(textOfOne))) as [Set<string>, Set<string>];
  const changed = [...a, ...b].filter((entry) => !before.has(textOfOne(entry)) || !after.has(textOfOne(entry)));
  return [...new Set(changed.map(({ release }) => release))];
}

export const sameAllocation = (a: readonly AllocationEntry[], b: readonly AllocationEntry[]): boolean =>
  textOf(a) === textOf(b);

const textOf = (entries: readonly AllocationEntry[]): string => entries.map(textOfOne).sort().join(',');

const textOfOne = (entry: AllocationEntry): string => `${keyOf(entry)}x${entry.instances}`;
