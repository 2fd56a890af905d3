import { Access, Audit, type Caller, changedFrom } from '@berth/access';
import type { Cluster, ClusterAddress } from '@berth/contracts/deployment';
import { Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { DnsWakes } from '../dns-zones/dns-wakes.js';
import { notFound } from '../not-found.js';
import { toCluster } from './cluster.js';
import { ClustersRepository } from './clusters.repository.js';

/** Where the world reaches the gateways of clusters. Records of hosts follow. */
@Injectable()
export class ClusterAddresses {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly zones: DnsWakes,
    private readonly access: Access,
    private readonly audit: Audit,
  ) {}

  async set(caller: Caller, id: string, { address }: ClusterAddress): Promise<Cluster> {
    this.access.requireOnPlatform(caller, 'clusters:update');
    return this.database.transaction(async (tx) => {
      const former = await this.clusters.lock(tx, id);
      if (!former) throw notFound();
      await this.clusters.setAddress(tx, id, address);
      await this.zones.all(tx);
      const change = changedFrom({ address: former.address }, { address });
      const act = { by: caller, action: 'clusters:update', target: { kind: 'cluster', id }, organizationId: null };
      await this.audit.record(tx, { ...act, detail: { address }, change });
      return toCluster({ ...former, address, generation: former.generation + 1 });
    });
  }
}
