import { volumeVariable } from '@berth/contracts/common';
import type { DesiredVolume, DesiredWorkload, ObservedVolume, VolumeStats } from '@berth/contracts/runtime';
import { chmod, chown, lchown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Identity } from '../processes/identities.js';
import { bytesBelow } from './instance-folder.js';

const MIB = 1_048_576;

export const wantedVolumes = ({ processes }: DesiredWorkload): DesiredVolume[] =>
  processes.flatMap(({ volumes = [] }) => volumes);

/** What a desired state has; a folder has room for whatever the disk has, so it is as large as it was asked for. */
export const observedVolumes = (volumes: readonly DesiredVolume[]): ObservedVolume[] =>
  volumes.map(({ id, sizeMib, copies }) => ({ id, bytes: sizeMib * MIB * copies }));

/** A folder per volume, outside of every instance: it outlives instances, releases and the agent. */
export class VolumeFolders {
  private readonly removals = new Map<string, Promise<void>>();

  constructor(private readonly root: string) {}

  /** Where a process finds each of its volumes. */
  environmentOf(workloadId: string, volumes: readonly DesiredVolume[] = []): Record<string, string> {
    return Object.fromEntries(volumes.map(({ id, name }) => [volumeVariable(name), join(this.root, workloadId, id)]));
  }

  /** Makes what is not there, and gives all of it to whom the processes run as now. */
  async make(
    workloadId: string,
    volumes: readonly DesiredVolume[] = [],
    identity: Identity | undefined,
  ): Promise<void> {
    if (volumes.length === 0) return;
    await this.removals.get(workloadId);
    await mkdir(join(this.root, workloadId), { recursive: true });
    for (const { id } of volumes) {
      const path = join(this.root, workloadId, id);
      await mkdir(path, { recursive: true, mode: 0o700 });
      if (identity && (await stat(path)).uid !== identity.uid) await giveAll(path, identity);
    }
    // Only now: until then it may hold what belongs to a user id that somebody else has by now.
    await chmod(join(this.root, workloadId), 0o711);
  }

  /** What is in each of them now. */
  stats(workloadId: string, volumes: readonly DesiredVolume[] = []): Promise<VolumeStats[]> {
    return Promise.all(
      volumes.map(async ({ id, sizeMib }) => {
        const usedBytes = await bytesBelow(join(this.root, workloadId, id));
        return { id, usedBytes, capacityBytes: sizeMib * MIB };
      }),
    );
  }

  /** Nobody passes through any folder until its workload is there again. */
  async close(): Promise<void> {
    for (const workload of await readdir(this.root)) await chmod(join(this.root, workload), 0o700);
  }

  /** Removes every volume of a workload but those. */
  async keep(workloadId: string, volumes: readonly DesiredVolume[]): Promise<void> {
    const folder = join(this.root, workloadId);
    const there = await readdir(folder).catch(() => []); // it never had one
    const surplus = there.filter((id) => volumes.every((each) => each.id !== id));
    for (const id of surplus) await rm(join(folder, id), { recursive: true, force: true });
  }

  /** What is made of the workload from now on waits for it. */
  async remove(workloadId: string): Promise<void> {
    const removal = rm(join(this.root, workloadId), { recursive: true, force: true });
    this.removals.set(workloadId, removal);
    await removal.finally(() => {
      if (this.removals.get(workloadId) === removal) this.removals.delete(workloadId);
    });
  }
}

/** The folder itself last: one that was broken off is begun again. */
async function giveAll(path: string, identity: Identity): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await giveAll(child, identity);
    else await lchown(child, identity.uid, identity.gid);
  }
  await chown(path, identity.uid, identity.gid);
}
