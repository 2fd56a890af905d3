import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { clusterErrors } from './clusters.errors.js';
import { ClustersRepository } from './clusters.repository.js';

/** Puts what is new on a cluster, unless that takes nothing new. */
@Injectable()
export class Placements {
  constructor(private readonly clusters: ClustersRepository) {}

  /** The cluster of that name, which is not removed or cordoned until the commit. @throws 422, 409 */
  async hold(tx: Tx, name: string, pointer: string): Promise<string> {
    const cluster = await this.clusters.hold(tx, name);
    if (!cluster) throw clusterErrors.ClusterUnknown(`There is no cluster "${name}".`, { pointer });
    if (!cluster.isCordoned) return cluster.id;
    throw clusterErrors.ClusterCordoned(`The cluster "${name}" is cordoned: nothing new is placed there.`, { pointer });
  }

  /** @throws 409 when the cluster takes nothing new */
  async place(tx: Tx, workloadId: string, cluster: string, at: Date): Promise<void> {
    await this.clusters.place(tx, workloadId, await this.hold(tx, cluster, '/environmentId'), at);
  }
}
