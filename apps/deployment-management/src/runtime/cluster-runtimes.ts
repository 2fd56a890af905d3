import { Clock } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { ClusterRow } from '../clusters/cluster.js';
import { ClusterSetups } from '../clusters/cluster-setups.js';
import { type Runtime, RuntimeUnavailable } from './runtime.js';

/** Makes the runtime of a registered cluster; tests have worlds of their own in its place. */
@Injectable()
export class ClusterRuntimes {
  constructor(
    private readonly setups: ClusterSetups,
    private readonly clock: Clock,
  ) {}

  async make(cluster: Pick<ClusterRow, 'id' | 'isOwn' | 'settings'>): Promise<Runtime> {
    const setup = await this.setups.of(cluster);
    if (!setup) throw new RuntimeUnavailable('The cluster is none of Kubernetes.');
    // Read only where it is used: the client library of Kubernetes is large.
    const { kubernetesRuntime } = await import('./kubernetes/kubernetes-runtime.js');
    return kubernetesRuntime(setup, this.clock);
  }
}
