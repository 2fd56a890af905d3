import { WorkQueue } from '@berth/reconcile';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Mint } from '../changes/mint.js';
import { DECLARATIONS } from '../declarations/declaration.js';
import { DeclarationsRepository } from '../declarations/declarations.repository.js';
import { ENVIRONMENTS } from '../environments/environment-queue.js';
import { WORKLOADS } from '../workloads/workload-queue.js';
import type { ClusterRow } from './cluster.js';
import { isFoundUnreachable } from './cluster-health.js';
import { ClusterLooks } from './cluster-looks.js';
import { CLUSTERS } from './cluster-queue.js';
import { clusterErrors } from './clusters.errors.js';
import { ClustersRepository } from './clusters.repository.js';

/** A person waits for it. */
const LOOK_MILLISECONDS = 10_000;

/** What stood on a cluster that was given up. */
export interface LeftBehind {
  readonly workloads: number;
  readonly environments: number;
}

/** The end of a cluster that is gone while something stands there. */
@Injectable()
export class ClusterEnd {
  constructor(
    private readonly clusters: ClustersRepository,
    private readonly looks: ClusterLooks,
    private readonly declarations: DeclarationsRepository,
    private readonly queue: WorkQueue,
    private readonly mint: Mint,
  ) {}

  /** @throws 409 while anything answers there, or did a moment ago */
  async requireGone(cluster: ClusterRow): Promise<void> {
    if (!isFoundUnreachable(cluster.conditions)) {
      const detail = 'It is not known to be unreachable. If it is gone, wait until berth clusters list says so.';
      throw clusterErrors.ClusterAnswers(detail);
    }
    const look = await this.looks.health(cluster, AbortSignal.timeout(LOOK_MILLISECONDS));
    if (look?.trouble === null)
      throw clusterErrors.ClusterAnswers('It answers: move what stands there, and remove it then.');
    if (look?.trouble.answers) throw clusterErrors.ClusterAnswers(`It is there. ${look.trouble.message}`);
  }

  /** Nobody declares anything there any more: what was declared is open to others. */
  async letGo(tx: Tx, id: string): Promise<void> {
    await this.queue.enqueueAll(tx, DECLARATIONS, await this.declarations.keysIn(tx, id, null));
  }

  /** @throws 409 when others changed it or were answered between the look and the lock */
  requireUnchanged({ generation }: ClusterRow, locked: ClusterRow): void {
    if (locked.generation === generation && isFoundUnreachable(locked.conditions)) return;
    throw clusterErrors.ClusterAnswers('It was changed, or answered, while it was looked at. See berth clusters list.');
  }

  /** What speaks for us there is forgotten; all that stood there is looked at anew. The caller holds its row. */
  async giveUp(tx: Tx, { id, name }: ClusterRow): Promise<LeftBehind> {
    const { workloads, environments } = await this.clusters.standingOn(tx, id);
    const at = this.mint.now();
    await this.clusters.giveUp(tx, id, `${name.slice(0, 18)}-gone-${id.slice(-12)}`, at);
    await this.queue.remove(tx, CLUSTERS, id);
    await this.queue.enqueueAll(tx, WORKLOADS, workloads);
    await this.queue.enqueueAll(tx, ENVIRONMENTS, environments);
    await this.letGo(tx, id);
    return { workloads: workloads.length, environments: environments.length };
  }
}
