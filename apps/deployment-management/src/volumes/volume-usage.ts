import {
  type EventDefinition,
  volumeCreated,
  volumeDeleted,
  type VolumeFact,
  volumeResized,
} from '@berth/contracts/events';
import type { ObservedWorkload } from '@berth/contracts/runtime';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Changes } from '../changes/changes.js';
import { Mint } from '../changes/mint.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { type VolumeChange, volumeChanges } from './volume.js';
import { VolumesRepository } from './volumes.repository.js';

/** What there is when the runtime has nothing of a workload, and is asked for nothing. */
const nothing: ReadonlyMap<string, number> = new Map();

/** Tells what is provisioned of volumes, each time that it is seen to have changed: the source of the usage of storage. */
@Injectable()
export class VolumeUsage {
  constructor(
    private readonly volumes: VolumesRepository,
    private readonly changes: Changes,
    private readonly mint: Mint,
  ) {}

  /** Whether `record` would write. A runtime that knows nothing of the workload says nothing of its volumes. */
  isNews({ volumes }: WorkloadRow, observed: ObservedWorkload | null): boolean {
    return observed !== null && volumeChanges(volumes, seenIn(observed)).length > 0;
  }

  /** `workload` was read under its row lock. */
  async record(tx: Tx, workload: WorkloadRow, observed: ObservedWorkload | null): Promise<void> {
    if (observed) await this.tellAll(tx, workload, volumeChanges(workload.volumes, seenIn(observed)));
  }

  /** The workload was taken off the runtime, and its volumes with it. `workload` was read under its row lock. */
  async recordGone(tx: Tx, workload: WorkloadRow): Promise<void> {
    await this.tellAll(tx, workload, volumeChanges(workload.volumes, nothing));
  }

  /** As `recordGone`, and the workload never comes back. */
  async recordEnd(tx: Tx, workload: WorkloadRow): Promise<void> {
    const ended = workload.volumes.map((volume) => ({ volume, bytes: 0, isOver: true }));
    await this.tellAll(tx, workload, ended);
  }

  private async tellAll(tx: Tx, workload: WorkloadRow, changes: readonly VolumeChange[]): Promise<void> {
    for (const change of changes) await this.tell(tx, workload, change);
  }

  private async tell(tx: Tx, workload: WorkloadRow, { volume, bytes, isOver }: VolumeChange): Promise<void> {
    const now = this.mint.now();
    const { organizationId, projectId, environmentId, appId, id: workloadId, cluster } = workload;
    const data: VolumeFact = {
      ...{ organizationId, projectId, environmentId, appId, workloadId, cluster, volumeId: volume.id },
      ...{ name: volume.name, processType: volume.process, storageClass: volume.storageClass },
      ...{ formerBytes: volume.provisionedBytes, provisionedBytes: bytes, effectiveAt: now.toISOString() },
    };
    if (isOver) await this.volumes.finish(tx, volume.id, now);
    // One that never was there is nobody's business.
    if (isOver && !volume.isTold) return;
    if (!isOver) await this.volumes.tell(tx, volume.id, bytes);
    await this.changes.tell(tx, factOf(volume.isTold, isOver), { subject: volume.id, organizationId, data });
  }
}

function factOf(isTold: boolean, isOver: boolean): EventDefinition<typeof volumeCreated.data> {
  if (isOver) return volumeDeleted;
  return isTold ? volumeResized : volumeCreated;
}

const seenIn = ({ volumes = [] }: ObservedWorkload): ReadonlyMap<string, number> =>
  new Map(volumes.map(({ id, bytes }) => [id, bytes]));
