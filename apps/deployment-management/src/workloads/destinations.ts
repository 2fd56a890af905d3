import type { MoveTo } from '@berth/contracts/deployment';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { PlacementRow } from '../clusters/placement.js';
import { Placements } from '../clusters/placements.js';
import { EnvironmentsRepository } from '../environments/environments.repository.js';
import { LinksRepository } from '../links/links.repository.js';
import { notFound } from '../not-found.js';
import { ReleasesRepository } from '../releases/releases.repository.js';
import { isPossible } from '../strategies/obstacle.js';
import { nextStepFor } from '../runtime/artifact-kinds.js';
import { Runtimes } from '../runtime/runtimes.js';
import { ComputeRoom } from './compute-room.js';
import type { Destination } from './move-writer.js';
import type { WorkloadRow } from './workload.js';
import { workloadErrors } from './workloads.errors.js';

const pointer = '/cluster';

/** Where workloads may move to. */
@Injectable()
export class Destinations {
  constructor(
    private readonly placements: Placements,
    private readonly releases: ReleasesRepository,
    private readonly runtimes: Runtimes,
    private readonly links: LinksRepository,
    private readonly environments: EnvironmentsRepository,
    private readonly room: ComputeRoom,
  ) {}

  /** @throws 422, 409 when there is no such cluster, it is outside the regions, or it takes nothing new */
  async of(tx: Tx, { cluster: name, drainSeconds }: MoveTo, regions: readonly string[]): Promise<Destination> {
    return { cluster: await this.placements.hold(tx, { cluster: name, regions, pointer }), name, drainSeconds };
  }

  /** As `of`, in an environment, which is locked: before its workloads. It drains nothing. */
  async in(tx: Tx, environmentId: string, cluster: string): Promise<Destination> {
    const environment = await this.environments.lock(tx, environmentId);
    if (!environment) throw notFound();
    return this.of(tx, { cluster, drainSeconds: 0 }, environment.regions);
  }

  /** Where a workload stands already, and may come to be the first at once. */
  async standing(tx: Tx, workloadId: string): Promise<readonly PlacementRow[]> {
    return this.placements.all(tx, workloadId);
  }

  /** To where it stands already: the former first keeps its counts until nothing of it is there. @throws 409 over quota */
  requireRoomBeside(tx: Tx, workload: WorkloadRow, destination: Destination): Promise<void> {
    return this.room.require(tx, workload, withFormerBeside(workload, destination));
  }

  /** As `requireRoomBeside`, where the former first cannot be asked: nobody is kept from leaving it. */
  takeRoomBeside(tx: Tx, workload: WorkloadRow, destination: Destination): Promise<void> {
    return this.room.take(tx, workload, withFormerBeside(workload, destination));
  }

  /** @throws 409 while what the environment had there before is being taken away */
  claimSpace(tx: Tx, { environmentId }: WorkloadRow, { cluster }: Destination): Promise<void> {
    return this.placements.claimSpace(tx, environmentId, cluster.id, pointer);
  }

  /** A link leads no further than its cluster: what is linked goes together. @throws 422 */
  async requireAlone(tx: Tx, workload: WorkloadRow): Promise<void> {
    if (!(await this.links.isLinked(tx, workload))) return;
    const detail = `${workload.appSlug} is linked with other apps: move the whole environment (berth envs move).`;
    throw workloadErrors.ClusterDoesNotFit(detail, { pointer });
  }

  /** @throws 422 when what is live could not run there */
  async requireFit(tx: Tx, workload: WorkloadRow, destination: Destination): Promise<void> {
    const detail = await this.misfit(tx, workload, destination);
    if (detail !== null) throw workloadErrors.ClusterDoesNotFit(detail, { pointer });
  }

  /** Why what is live could not run there; null when it could. */
  async misfit(tx: Tx, workload: WorkloadRow, { cluster, name }: Destination): Promise<string | null> {
    if (workload.volumes.length > 0)
      return `${workload.appSlug} has volumes, which stay where they are: move its data, and make it anew there.`;
    const { autoscales, artifactKinds, canaries, patches } = await this.runtimes.at(cluster);
    const live = workload.currentReleaseId;
    const kind = live === null ? undefined : (await this.releases.find(tx, live))?.artifact.kind;
    if (kind && !artifactKinds.includes(kind))
      return `"${name}" does not run artifacts of kind ${kind}, which is what ${workload.appSlug} is. ${nextStepFor(kind)}`;
    if (!isPossible(workload.strategy.kind, canaries))
      return `"${name}" cannot share requests between releases: have ${workload.appSlug} released by rolling first.`;
    if (!patches && Object.values(workload.processSettings).some(({ patch }) => patch !== undefined))
      return `"${name}" makes no pods that could be patched: unset the patches of ${workload.appSlug} first.`;
    if (autoscales || Object.keys(workload.autoscaling).length === 0) return null;
    return `"${name}" does not scale by itself: give ${workload.appSlug} a count first.`;
  }
}

function withFormerBeside(workload: WorkloadRow, { name }: Destination): WorkloadRow {
  const { cluster, counts } = workload;
  const further = workload.further.filter((each) => each.cluster !== name);
  return { ...workload, further, leaving: [...workload.leaving, { cluster, counts, state: 'draining' }] };
}
