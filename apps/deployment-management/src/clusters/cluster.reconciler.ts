import {
  lookAgainIn,
  type Outcome,
  type ReconcileContext,
  type Reconciler,
  ReconcileRunner,
  settled,
  WorkQueue,
} from '@berth/reconcile';
import { Database } from '@berth/service-kit';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import { healthAfter } from './cluster-health.js';
import { ClusterLooks } from './cluster-looks.js';
import { CLUSTERS } from './cluster-queue.js';
import { ClusterReports } from './cluster-reports.js';
import { ClustersRepository } from './clusters.repository.js';
import { OWN_CLUSTER_ID } from './own-cluster.js';

const well = lookAgainIn({ seconds: 30 });
const doubtful = lookAgainIn({ seconds: 5 });

/** Looks whether each cluster still answers, and tells when that changes. */
@Injectable()
export class ClusterReconciler implements Reconciler, OnModuleInit, OnApplicationBootstrap {
  constructor(
    private readonly runner: ReconcileRunner,
    private readonly queue: WorkQueue,
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly looks: ClusterLooks,
    private readonly reports: ClusterReports,
  ) {}

  onModuleInit(): void {
    this.runner.register(CLUSTERS, this, { concurrency: 4 });
  }

  /** Nobody registers the installation's own cluster. */
  onApplicationBootstrap(): Promise<void> {
    return this.database.transaction((tx) => this.queue.enqueue(tx, CLUSTERS, OWN_CLUSTER_ID));
  }

  async reconcile(id: string, context: ReconcileContext): Promise<Outcome> {
    const cluster = await this.clusters.find(this.database, id);
    const look = cluster && (await this.looks.health(cluster, context.signal));
    if (!look) return settled;
    const after = healthAfter(cluster, look);
    if (after.isChanged)
      await context.transaction((tx) => this.reports.write(tx, id, after, look.trouble?.message ?? ''));
    if (look.trouble === null) return well;
    await this.reports.startFailovers(context, id, look.at);
    return doubtful;
  }
}
