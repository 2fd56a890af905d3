import { Database } from '@berth/service-kit';
import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import { ClustersRepository } from '../clusters/clusters.repository.js';
import { OWN_CLUSTER_ID } from '../clusters/own-cluster.js';
import { PlacementsRepository } from '../clusters/placements.repository.js';
import { ClusterRuntimes } from './cluster-runtimes.js';
import { GoneRuntime } from './gone-runtime.js';
import { RUNTIME, type Runtime, RuntimeUnavailable } from './runtime.js';

interface Made {
  readonly version: number;
  readonly runtime: Promise<Runtime>;
}

export interface PlacedRuntime {
  readonly cluster: string;
  readonly runtime: Runtime;
}

/**
 * One runtime for each cluster, made from its row by every replica for itself. The row is asked each time: when it has
 * changed, for instance because credentials were renewed, whoever spoke to the cluster before is let go.
 */
@Injectable()
export class Runtimes implements OnModuleDestroy {
  private readonly made = new Map<string, Made>();
  private isEnded = false;

  constructor(
    @Inject(RUNTIME) private readonly own: Runtime,
    private readonly database: Database,
    private readonly clusterRows: ClustersRepository,
    private readonly placements: PlacementsRepository,
    private readonly others: ClusterRuntimes,
  ) {}

  /** Of the cluster that answers for a workload. */
  async of(workloadId: string): Promise<Runtime> {
    const placement = await this.placements.active(this.database, workloadId);
    return placement ? this.at(placement) : this.own;
  }

  /** Of all clusters that it stands on, or is on its way to beside the first: that comes first. */
  async allOf(workloadId: string): Promise<PlacedRuntime[]> {
    return this.placed(await this.placements.standing(this.database, workloadId));
  }

  /** Of those that it leaves, too: all that may have something of it. */
  async wherever(workloadId: string): Promise<PlacedRuntime[]> {
    const placements = await this.placements.all(this.database, workloadId);
    return this.placed(placements.filter(({ state, isGone }) => state !== 'failed' && !isGone));
  }

  private placed(there: readonly (ClusterPointer & { readonly cluster: string })[]): Promise<PlacedRuntime[]> {
    return Promise.all(there.map(async (each) => ({ cluster: each.cluster, runtime: await this.at(each) })));
  }

  async at({ id, runtimeVersion }: ClusterPointer): Promise<Runtime> {
    if (id === OWN_CLUSTER_ID) return this.own;
    const known = this.made.get(id);
    // A pointer that was read before the last change is late, and what it points to is there no more.
    if (known && known.version >= runtimeVersion) return known.runtime;
    // Nobody would let go of it any more.
    if (this.isEnded) throw new RuntimeUnavailable('The platform is ending: no cluster is asked anew.');
    const made = { version: runtimeVersion, runtime: this.make(id) };
    this.made.set(id, made);
    // One that could not be made is made anew by whoever asks next.
    made.runtime.catch(() => this.forget(id, made));
    await this.close(known);
    return made.runtime;
  }

  /** All that there are; those that are gone are let go. */
  async clusters(): Promise<ClusterPointer[]> {
    const pointers = await this.clusterRows.pointers(this.database);
    await this.closeAllBut(new Set(pointers.map(({ id }) => id)));
    return pointers;
  }

  async onModuleDestroy(): Promise<void> {
    this.isEnded = true;
    await this.closeAllBut(new Set());
    await this.own.close();
  }

  private async closeAllBut(ids: ReadonlySet<string>): Promise<void> {
    for (const [id, made] of this.made) if (!ids.has(id) && this.forget(id, made)) await this.close(made);
  }

  private forget(id: string, made: Made): boolean {
    return this.made.get(id) === made && this.made.delete(id);
  }

  private async close(made: Made | undefined): Promise<void> {
    const [result] = await Promise.allSettled([made?.runtime]);
    if (result.status === 'fulfilled') await result.value?.close();
  }

  private async make(id: string): Promise<Runtime> {
    const cluster = await this.clusterRows.find(this.database, id);
    if (!cluster) return new GoneRuntime();
    return this.others.make(cluster);
  }
}
