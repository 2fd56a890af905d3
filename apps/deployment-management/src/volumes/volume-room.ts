import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { Quotas } from '../quotas/quotas.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { copiesFor, type Counted, obstacleTo, type WorkloadVolume } from './volume.js';
import { volumeErrors } from './volumes.errors.js';
import { VolumesRepository } from './volumes.repository.js';

/** Keeps volumes and numbers of instances fit for each other, and all volumes within the quota. */
@Injectable()
export class VolumeRoom {
  constructor(
    private readonly volumes: VolumesRepository,
    private readonly quotas: Quotas,
    private readonly placements: PlacementsRepository,
  ) {}

  /** Of two that serve at once each would have its own. @throws 409 while the workload moves between clusters, 422 when it stands on several */
  async requireOnePlace(tx: Tx, { id, further }: WorkloadRow): Promise<void> {
    const [beside] = further;
    if (beside) {
      const several = `It stands on ${beside.cluster}, too, and data is on one cluster: remove that placement first.`;
      throw volumeErrors.VolumeOnOneCluster(several, { pointer: '/workloadId' });
    }
    const [elsewhere] = await this.placements.elsewhere(tx, id);
    if (!elsewhere) return;
    const detail = `It is moving: part of it is still on ${elsewhere.cluster}, or on its way there. Try again afterwards.`;
    throw volumeErrors.VolumeNotWhileMoving(detail, { pointer: '/workloadId' });
  }

  /** A writer of one release keeps that of the other from starting. @throws 409 while two releases share the requests */
  async requireOneRelease(tx: Tx, { id }: WorkloadRow, process: string): Promise<void> {
    if (process !== 'web' || !(await this.volumes.isShared(tx, id))) return;
    const detail = 'Two releases of it share the requests at present. Try again when the canary has ended.';
    throw volumeErrors.VolumeNotDuringCanary(detail, { pointer: '/workloadId' });
  }

  /** Before the number of instances becomes that of `wanted`. The caller holds the workload's row lock. @throws 422, 409 */
  async fit(tx: Tx, workload: WorkloadRow, wanted: Counted): Promise<void> {
    const volumes = workload.volumes.filter(({ isDeleted }) => !isDeleted);
    for (const volume of volumes) requireFit(volume, wanted);
    const more = volumes.filter((each) => copiesFor(each, wanted) > each.copies);
    for (const each of more) await this.volumes.resize(tx, each.id, each.sizeMib, copiesFor(each, wanted));
    if (more.length > 0) await this.quotas.requireStorage(tx, workload.organizationId);
  }
}

function requireFit(volume: WorkloadVolume, wanted: Counted): void {
  const obstacle = obstacleTo(volume, wanted);
  if (obstacle === null) return;
  const pointer = `/${obstacle}/${volume.process}`;
  if (obstacle === 'autoscaling')
    throw volumeErrors.VolumeNotAutoscaled('Instances with a volume are not scaled by the cluster: give a count.', {
      pointer,
    });
  const detail = `The volume ${volume.name} has one writer at a time, so there is one instance of ${volume.process}.`;
  throw volumeErrors.VolumeHasOneWriter(detail, { pointer });
}
