import type { Caller } from '@berth/access';
import type { CreateVolume } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { Quotas } from '../quotas/quotas.js';
import { WorkloadWriter } from '../workloads/workload-writer.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { copiesFor, type VolumeRow } from './volume.js';
import { VolumeRoom } from './volume-room.js';
import { volumeErrors } from './volumes.errors.js';
import { VolumesRepository } from './volumes.repository.js';

/** What is written when a volume changes. All under the row lock of its workload. */
@Injectable()
export class VolumeChanges {
  constructor(
    private readonly volumes: VolumesRepository,
    private readonly workloads: WorkloadsRepository,
    private readonly writer: WorkloadWriter,
    private readonly quotas: Quotas,
    private readonly room: VolumeRoom,
    private readonly mint: Mint,
  ) {}

  /** @throws 409 when name or path are taken, or the quota has no room for it; 422 when there are too many instances by now */
  async create(tx: Tx, workload: WorkloadRow, wanted: CreateVolume, by: Caller): Promise<VolumeRow> {
    await this.room.requireOnePlace(tx, workload);
    await this.room.requireOneRelease(tx, workload, wanted.process);
    const fresh = this.rowOf(workload, wanted);
    const volume = { ...fresh, copies: copiesFor(fresh, workload) };
    const taken = await this.volumes.insert(tx, volume);
    if (taken === 'name') throw volumeErrors.VolumeNameTaken(`It has a volume "${wanted.name}".`, { pointer: '/name' });
    if (taken) throw volumeErrors.MountPathTaken(`A volume is at ${wanted.mountPath}.`, { pointer: '/mountPath' });
    await this.room.fit(tx, { ...workload, volumes: [...workload.volumes, volume] }, workload);
    await this.quotas.requireStorage(tx, workload.organizationId);
    await this.replaceInstances(tx, workload, by, 'volumes:create', volume);
    return volume;
  }

  async grow(tx: Tx, workload: WorkloadRow, volume: VolumeRow, sizeMib: number, by: Caller): Promise<VolumeRow> {
    if (sizeMib <= volume.sizeMib) return volume;
    await this.volumes.resize(tx, volume.id, sizeMib, volume.copies);
    await this.quotas.requireStorage(tx, workload.organizationId);
    await this.workloads.bump(tx, workload.id);
    const detail = { volume: volume.id, name: volume.name, sizeMib };
    await this.writer.changed(tx, workload, { by, action: 'volumes:update', detail });
    return { ...volume, sizeMib, generation: volume.generation + 1 };
  }

  async remove(tx: Tx, workload: WorkloadRow, volume: VolumeRow, by: Caller): Promise<void> {
    await this.volumes.markDeleted(tx, volume.id, this.mint.now());
    await this.replaceInstances(tx, workload, by, 'volumes:delete', volume);
  }

  /** Another restart token, so that an instance which lacks the volume, or still has it, does not pass for the wanted one. */
  private async replaceInstances(
    tx: Tx,
    workload: WorkloadRow,
    by: Caller,
    action: 'volumes:create' | 'volumes:delete',
    { id, name, process, sizeMib }: VolumeRow,
  ): Promise<void> {
    await this.workloads.restart(tx, workload.id, this.mint.id());
    await this.writer.changed(tx, workload, { by, action, detail: { volume: id, name, process, sizeMib } });
  }

  private rowOf({ id: workloadId, organizationId }: WorkloadRow, wanted: CreateVolume): VolumeRow {
    const { process, name, mountPath, sizeMib, storageClass, isPerInstance } = wanted;
    return {
      ...{ id: this.mint.id(), workloadId, organizationId, process, name, mountPath, sizeMib, storageClass },
      ...{ initialMib: sizeMib, isPerInstance, copies: 1, provisionedBytes: 0, isTold: false, isDeleted: false },
      ...{ generation: 1, createdAt: this.mint.now() },
    };
  }
}
