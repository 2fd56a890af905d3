import { clusterRecovered, clusterUnreachable } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { type ReconcileContext, WorkQueue } from '@berth/reconcile';
import { Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { FAILOVERS } from '../failovers/failover-queue.js';
import { FailoversRepository } from '../failovers/failovers.repository.js';
import { type HealthAfter, isFoundUnreachable } from './cluster-health.js';
import { ClustersRepository } from './clusters.repository.js';
import { PlacementsRepository } from './placements.repository.js';

/** Writes down what looks at a cluster found, and has done what follows from it. */
@Injectable()
export class ClusterReports {
  constructor(
    private readonly database: Database,
    private readonly clusters: ClustersRepository,
    private readonly placements: PlacementsRepository,
    private readonly failovers: FailoversRepository,
    private readonly queue: WorkQueue,
    private readonly outbox: Outbox,
  ) {}

  /** Nothing of one that was removed while somebody looked. */
  async write(tx: Tx, id: string, { failedLooks, conditions, news }: HealthAfter, reason: string): Promise<void> {
    if (!(await this.clusters.report(tx, id, failedLooks, conditions))) return;
    if (news === 'unreachable')
      await this.outbox.append(tx, clusterUnreachable, { subject: id, data: { clusterId: id, reason } });
    if (news === 'recovered') await this.outbox.append(tx, clusterRecovered, { subject: id, data: { clusterId: id } });
    if (!isFoundUnreachable(conditions)) await this.placements.forgetMessages(tx, id);
  }

  /** Of all that has waited for it long enough, at each look anew until it stands elsewhere. */
  async startFailovers(context: ReconcileContext, id: string, at: Date): Promise<void> {
    const due = await this.failovers.dueOn(this.database, id, at);
    if (due.length > 0) await context.transaction((tx) => this.queue.enqueueAll(tx, FAILOVERS, due));
  }
}
