import type { KubeClient } from '@berth/kubernetes';
import { Clock, Database } from '@berth/service-kit';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ClusterSetups } from '../clusters/cluster-setups.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';

interface Made {
  readonly version: number;
  readonly client: KubeClient;
}

/** Connections to clusters in which people declare things, apart from those that workloads take. */
@Injectable()
export class DeclarationClients implements OnModuleDestroy {
  private readonly made = new Map<string, Made>();

  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly setups: ClusterSetups,
    private readonly clock: Clock,
  ) {}

  /** Null when the cluster was removed, or is none of Kubernetes. */
  async at(clusterId: string): Promise<KubeClient | null> {
    const pointers = await this.clusters.pointers(this.database);
    const version = pointers.find(({ id }) => id === clusterId)?.runtimeVersion;
    return this.known(clusterId, version) ?? (version === undefined ? null : this.make(clusterId));
  }

  onModuleDestroy(): void {
    for (const id of [...this.made.keys()]) this.letGo(id);
  }

  private known(id: string, version: number | undefined): KubeClient | undefined {
    const known = this.made.get(id);
    if (known?.version === version) return known?.client;
    this.letGo(id);
    return undefined;
  }

  private async make(id: string): Promise<KubeClient | null> {
    const cluster = await this.clusters.find(this.database, id);
    const setup = cluster && (await this.setups.of(cluster));
    if (!setup) return null;
    // Read only where it is used: the client library of Kubernetes is large.
    const { KubeClient, Transport } = await import('@berth/kubernetes');
    // Another pass may have made one meanwhile.
    const known = this.known(id, cluster.runtimeVersion);
    if (known) return known;
    const client = new KubeClient(new Transport(setup.access, this.clock));
    this.made.set(id, { version: cluster.runtimeVersion, client });
    return client;
  }

  private letGo(id: string): void {
    this.made.get(id)?.client.transport.close();
    this.made.delete(id);
  }
}
