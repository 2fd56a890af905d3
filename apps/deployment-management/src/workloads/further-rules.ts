import type { InstanceCounts } from '@berth/contracts/deployment';
import { RELEASE_PROCESS } from '@berth/contracts/runtime';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { isForeignImage } from '../releases/release.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { ComputeRoom } from './compute-room.js';
import { Destinations } from './destinations.js';
import type { Destination } from './move-writer.js';
import type { WorkloadRow } from './workload.js';
import { workloadErrors } from './workloads.errors.js';

const pointer = '/cluster';

/** Whether a workload can stand on one cluster more, with so many instances. All under its row lock. */
@Injectable()
export class FurtherRules {
  constructor(
    private readonly destinations: Destinations,
    private readonly releases: ReleasesRepository,
    private readonly room: ComputeRoom,
  ) {}

  /** @throws 422 with what stands in the way, 409 over quota */
  async requirePossible(tx: Tx, workload: WorkloadRow, to: Destination, counts: InstanceCounts): Promise<void> {
    const obstacle = obstacleTo(workload);
    if (obstacle !== null) throw workloadErrors.ClusterDoesNotFit(obstacle, { pointer });
    await this.destinations.requireAlone(tx, workload);
    await this.destinations.requireFit(tx, workload, to);
    const added = { cluster: to.name, counts, state: 'arriving' as const };
    // What drains there takes its place again.
    const leaving = workload.leaving.filter(({ cluster }) => cluster !== to.name);
    await this.requireCounts(tx, workload, counts, { further: [...workload.further, added], leaving });
  }

  /** @throws 422 when a process type is not known, 409 over quota */
  async requireCounts(
    tx: Tx,
    workload: WorkloadRow,
    counts: InstanceCounts,
    beside: Pick<WorkloadRow, 'further' | 'leaving'>,
  ): Promise<void> {
    await this.requireTypes(tx, workload, Object.keys(counts));
    await this.room.require(tx, workload, { ...workload, ...beside });
  }

  /** Before the first release nobody knows the types. */
  private async requireTypes(tx: Tx, { currentReleaseId }: WorkloadRow, names: readonly string[]): Promise<void> {
    const release = currentReleaseId === null ? undefined : await this.releases.find(tx, currentReleaseId);
    const known = release && !isForeignImage(release) ? release.processes.map(({ name }) => name) : names;
    const unknown = names.find((name) => name === RELEASE_PROCESS || !known.includes(name));
    if (unknown === undefined) return;
    const detail = `There is no process type "${unknown}" that has instances; there is ${known.join(', ')}.`;
    throw workloadErrors.ProcessTypeUnknown(detail, { pointer: `/counts/${unknown}` });
  }
}

/** Why a workload stands on one cluster only; null when it may stand on several. */
export function obstacleTo({ appSlug, volumes, strategy, autoscaling }: WorkloadRow): string | null {
  if (volumes.length > 0) return `${appSlug} has volumes, whose data is on one cluster: it stands there only.`;
  if (strategy.kind !== 'rolling')
    return `${appSlug} is released by ${strategy.kind}, which shares the requests of one cluster: have it released by rolling first.`;
  if (Object.keys(autoscaling).length > 0)
    return `${appSlug} is scaled by its cluster, which knows of no other: give it a count first.`;
  return null;
}
