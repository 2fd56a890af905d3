import type { AutoscalingBounds, InstanceCounts, Volume } from '@berth/contracts/deployment';
import type { DesiredVolume } from '@berth/contracts/runtime';

/** A volume as it is stored, until nothing of it is left. */
export interface VolumeRow extends DesiredVolume {
  readonly workloadId: string;
  readonly organizationId: string;
  readonly process: string;
  /** What was told last of what is provisioned, all copies together. */
  readonly provisionedBytes: number;
  /** Others have heard of it. */
  readonly isTold: boolean;
  /** It is wanted no more; something of it may still be there. */
  readonly isDeleted: boolean;
  readonly generation: number;
  readonly createdAt: Date;
}

/** As a part of its workload. */
export type WorkloadVolume = Omit<VolumeRow, 'createdAt'>;

/** What the instances of a process type are to have. */
export const volumesOf = (volumes: readonly WorkloadVolume[], process: string): DesiredVolume[] =>
  volumes
    .filter((each) => each.process === process && !each.isDeleted)
    .map(({ id, name, mountPath, sizeMib, initialMib, storageClass, isPerInstance, copies }) => ({
      ...{ id, name, mountPath, sizeMib, initialMib, storageClass, isPerInstance, copies },
    }));

export function toVolume(row: VolumeRow): Volume {
  const { id, workloadId, organizationId, process, name, mountPath, sizeMib, storageClass, isPerInstance } = row;
  const { copies, provisionedBytes, generation, createdAt } = row;
  return {
    ...{ id, workloadId, organizationId, process, name, mountPath, sizeMib, storageClass, isPerInstance, copies },
    ...{ provisionedBytes, state: stateOf(row), generation, createdAt: createdAt.toISOString() },
  };
}

const MIB = 1_048_576;

function stateOf({ isDeleted, provisionedBytes, sizeMib, copies }: WorkloadVolume): Volume['state'] {
  if (isDeleted) return 'deleting';
  return provisionedBytes >= sizeMib * MIB * copies ? 'ready' : 'pending';
}

/** What was seen to be otherwise than was told. */
export interface VolumeChange {
  readonly volume: WorkloadVolume;
  readonly bytes: number;
  /** It was deleted, and nothing of it is left. */
  readonly isOver: boolean;
}

export function volumeChanges(rows: readonly WorkloadVolume[], seen: ReadonlyMap<string, number>): VolumeChange[] {
  return rows
    .map((volume) => ({ volume, bytes: seen.get(volume.id) ?? 0 }))
    .map((each) => ({ ...each, isOver: each.volume.isDeleted && each.bytes === 0 }))
    .filter(({ volume, bytes, isOver }) => isOver || bytes !== volume.provisionedBytes);
}

export interface Counted {
  readonly counts: InstanceCounts;
  readonly autoscaling: AutoscalingBounds;
}

/** What is in the way of having so many instances with that volume, as the last part of a pointer; null: nothing. */
export function obstacleTo(
  { process, isPerInstance }: Pick<VolumeRow, 'process' | 'isPerInstance'>,
  { counts, autoscaling }: Counted,
): 'autoscaling' | 'counts' | null {
  if (autoscaling[process]) return 'autoscaling';
  return !isPerInstance && (counts[process] ?? 1) > 1 ? 'counts' : null;
}

/** How many there must be of it: as many as instances, and never fewer than there were. */
export const copiesFor = (
  { isPerInstance, copies, process }: WorkloadVolume,
  { counts }: Pick<Counted, 'counts'>,
): number => (isPerInstance ? Math.max(copies, counts[process] ?? 1) : copies);
