import type { CreateVolume } from '@berth/contracts/deployment';
import type { Sql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { RuntimeUnavailable } from '../runtime/runtime.js';
import { Runtimes } from '../runtime/runtimes.js';
import type { StorageClass } from '../runtime/volume-runtime.js';
import { workloadErrors } from '../workloads/workloads.errors.js';
import type { WorkloadRow } from '../workloads/workload.js';
import { obstacleTo, type WorkloadVolume } from './volume.js';
import { volumeErrors } from './volumes.errors.js';

const PATIENCE_MILLISECONDS = 10_000;

/** Whether what is asked of a volume can be had where its workload is placed. */
@Injectable()
export class VolumeRules {
  constructor(
    private readonly runtimes: Runtimes,
    private readonly releases: ReleasesRepository,
  ) {}

  /** @throws 422 with what to do instead, 503 when the runtime cannot be asked */
  async requirePossible(sql: Sql, workload: WorkloadRow, wanted: CreateVolume): Promise<void> {
    await this.requireProcess(sql, workload, wanted.process);
    requireFewEnough(wanted, workload);
    const runtime = await this.runtimes.of(workload.id);
    const kind = wanted.isPerInstance ? 'per-instance' : 'single';
    if (!runtime.volumeKinds.includes(kind)) throw notSupported(runtime.volumeKinds);
    requireOneOfItsKind(wanted, workload.volumes);
    await this.classOf(workload.id, wanted.storageClass);
  }

  /** @throws 422 */
  async requireGrowth(volume: WorkloadVolume, sizeMib: number): Promise<void> {
    const pointer = '/sizeMib';
    if (sizeMib < volume.sizeMib) {
      const detail = `It has ${volume.sizeMib} MiB: a volume does not shrink. Add a smaller one and move what is in it.`;
      throw volumeErrors.VolumeDoesNotShrink(detail, { pointer });
    }
    const { name, grows } = await this.classOf(volume.workloadId, volume.storageClass);
    if (grows || sizeMib === volume.sizeMib) return;
    const detail = `Volumes of the storage class ${name} cannot grow: add a larger one and move what is in it.`;
    throw volumeErrors.VolumeDoesNotGrow(detail, { pointer });
  }

  private async classOf(workloadId: string, named: string | null): Promise<StorageClass> {
    const runtime = await this.runtimes.of(workloadId);
    const classes = await runtime.storageClasses(AbortSignal.timeout(PATIENCE_MILLISECONDS)).catch((error: unknown) => {
      if (!(error instanceof RuntimeUnavailable)) throw error;
      throw volumeErrors.RuntimeUnavailable(error.message, { retryAfter: 5 });
    });
    const found = classes.find(({ name, isDefault }) => (named === null ? isDefault : name === named));
    if (found) return found;
    const wanted = named === null ? 'has no default storage class' : `has no storage class ${named}`;
    const there =
      classes.length === 0 ? 'It has none at all.' : `Name one: ${classes.map(({ name }) => name).join(', ')}.`;
    throw volumeErrors.StorageClassUnknown(`The cluster ${wanted}. ${there}`, { pointer: '/storageClass' });
  }

  /** Before the first release nobody knows the types. */
  private async requireProcess(sql: Sql, { currentReleaseId }: WorkloadRow, process: string): Promise<void> {
    const release = currentReleaseId === null ? undefined : await this.releases.find(sql, currentReleaseId);
    if (!release || release.processes.some(({ name }) => name === process)) return;
    const has = release.processes.map(({ name }) => name).join(', ');
    const detail = `v${release.number} has no process type "${process}"; it has ${has}.`;
    throw workloadErrors.ProcessTypeUnknown(detail, { pointer: '/process' });
  }
}

function requireFewEnough(wanted: CreateVolume, workload: WorkloadRow): void {
  const obstacle = obstacleTo(wanted, workload);
  if (obstacle === 'autoscaling') {
    const detail = 'Instances with a volume are not scaled by the cluster: give a count first (berth ps scale).';
    throw volumeErrors.VolumeNotAutoscaled(detail, { pointer: '/process' });
  }
  if (obstacle === null) return;
  const detail = 'It has one writer at a time, and there are several instances: scale to one, or give each its own.';
  throw volumeErrors.VolumeHasOneWriter(detail, { pointer: '/isPerInstance' });
}

/** Their claims are part of what instances are made from, which cannot be added to. */
function requireOneOfItsKind({ process, isPerInstance }: CreateVolume, volumes: readonly WorkloadVolume[]): void {
  const others = volumes.filter((each) => each.process === process && !each.isDeleted);
  if (others.length === 0 || (!isPerInstance && others.every((each) => !each.isPerInstance))) return;
  const detail = 'A volume per instance is the only one of its process type: keep all in folders of one.';
  throw volumeErrors.VolumeNotSupported(detail, { pointer: '/isPerInstance' });
}

const notSupported = (kinds: readonly string[]): Error =>
  volumeErrors.VolumeNotSupported(
    kinds.includes('single')
      ? 'Where this workload is placed a volume belongs to one instance: scale to one, or place it on a Kubernetes cluster.'
      : 'There are no volumes where this workload is placed: place it on a Kubernetes cluster.',
    { pointer: '/isPerInstance' },
  );
