import type { DesiredVolume, DesiredWorkload, ObservedVolume } from '@berth/contracts/runtime';
import type { StorageClass } from '../volume-runtime.js';

const MIB = 1_048_576;

const bytesOf = ({ sizeMib, copies }: DesiredVolume): number => sizeMib * MIB * copies;

/** Storage of the fake world: it outlives a restart, as disks do, and ends when it is wanted no more. */
export class MemoryVolumes {
  classes: StorageClass[] = [
    { name: 'standard', isDefault: true, grows: true },
    { name: 'fixed', isDefault: false, grows: false },
  ];
  /** While on, nothing is provisioned, grows or goes. */
  isHeld = false;
  private readonly volumes = new Map<string, ObservedVolume[]>();

  provision({ workloadId, processes }: DesiredWorkload): void {
    if (this.isHeld) return;
    const wanted = processes.flatMap(({ volumes = [] }) => volumes);
    this.volumes.set(
      workloadId,
      wanted.map((volume) => ({ id: volume.id, bytes: bytesOf(volume) })),
    );
  }

  of(workloadId: string): ObservedVolume[] {
    return this.volumes.get(workloadId) ?? [];
  }

  remove(workloadId: string): void {
    this.volumes.delete(workloadId);
  }
}
