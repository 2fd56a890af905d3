import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { ClusterSetups } from '../clusters/cluster-setups.js';
import { clusterErrors } from '../clusters/clusters.errors.js';
import { ClustersRepository, type HeldCluster } from '../clusters/clusters.repository.js';
import { delegationErrors } from './delegations.errors.js';

/** Clusters that have namespaces. */
@Injectable()
export class DelegatedClusters {
  constructor(
    private readonly clusters: ClustersRepository,
    private readonly setups: ClusterSetups,
  ) {}

  /** It is not removed until the commit. @throws 422 */
  async hold(tx: Tx, name: string): Promise<HeldCluster> {
    const pointer = '/cluster';
    const held = await this.clusters.hold(tx, name);
    const row = held && (await this.clusters.find(tx, held.id));
    if (!row || !held) throw clusterErrors.ClusterUnknown(`There is no cluster "${name}".`, { pointer });
    if (await this.setups.of(row)) return held;
    throw delegationErrors.ClusterWithoutObjects(`The cluster "${name}" is none of Kubernetes.`, { pointer });
  }
}
