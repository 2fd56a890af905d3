import { OWN_CLUSTER } from '@berth/contracts/deployment';
import type { Sql, Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { clusterErrors } from './clusters.errors.js';
import { ClustersRepository, type HeldCluster } from './clusters.repository.js';
import { isInRegions, type PlacementRow } from './placement.js';
import { PlacementsRepository } from './placements.repository.js';

/** What a cluster is wanted for. */
export interface Wish {
  readonly cluster: string;
  /** Where it may be; empty: anywhere. */
  readonly regions: readonly string[];
  /** Field of the request that names it. */
  readonly pointer: string;
}

/** Puts what is new on a cluster, unless that takes nothing new or is not where it may be. */
@Injectable()
export class Placements {
  constructor(
    private readonly clusters: ClustersRepository,
    private readonly placements: PlacementsRepository,
  ) {}

  /** Which cluster a new environment gets that names none: the installation's own, unless it has to stay in some regions. @throws 422 when none is in its regions and takes anything new */
  async choose(sql: Sql, regions: readonly string[]): Promise<string> {
    if (regions.length === 0) return OWN_CLUSTER;
    const name = await this.clusters.choose(sql, regions);
    if (name !== undefined) return name;
    const detail = `No cluster in ${regions.join(', ')} takes anything new.`;
    throw clusterErrors.NoClusterFits(detail, { pointer: '/regions' });
  }

  /** The cluster of that name, which is not removed or cordoned until the commit. @throws 422, 409 */
  async hold(tx: Tx, { cluster: name, regions, pointer }: Wish): Promise<HeldCluster> {
    const cluster = await this.clusters.hold(tx, name);
    if (!cluster) throw clusterErrors.ClusterUnknown(`There is no cluster "${name}".`, { pointer });
    if (!isInRegions(cluster.region, regions)) {
      const detail = `The cluster "${name}" is not in ${regions.join(', ')}, where the environment has to stay.`;
      throw clusterErrors.ClusterOutOfRegion(detail, { pointer });
    }
    if (!cluster.isCordoned) return cluster;
    throw clusterErrors.ClusterCordoned(`The cluster "${name}" is cordoned: nothing new is placed there.`, { pointer });
  }

  /** Where its environment is. The caller holds that. @throws as `hold` */
  async place(tx: Tx, workloadId: string, environmentId: string, at: Date): Promise<void> {
    const pointer = '/environmentId';
    const { id } = await this.hold(tx, { ...(await this.clusters.ofEnvironment(tx, environmentId)), pointer });
    await this.claimSpace(tx, environmentId, id, pointer);
    await this.placements.place(tx, workloadId, id, at);
  }

  all(tx: Tx, workloadId: string): Promise<PlacementRow[]> {
    return this.placements.all(tx, workloadId);
  }

  /** @throws 409 while what the environment had there before is being taken away */
  async claimSpace(tx: Tx, environmentId: string, clusterId: string, pointer: string): Promise<void> {
    if ((await this.placements.claimSpace(tx, environmentId, clusterId)) === 'there') return;
    const detail = 'What the environment had on that cluster before is still being taken away: try again later.';
    throw clusterErrors.SpaceEnding(detail, { pointer, retryAfter: 5 });
  }
}
