import type { DeclaredKindName } from '@berth/kubernetes';
import { Database, LOGGER, type Logger, type RoundNow, Rounds } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DelegationsRepository, type SpeakingCluster } from '../delegations/delegations.repository.js';
import { DeclarationWatch } from './declaration-watch.js';

/** So long may it take until a replica hears a namespace that was delegated through another. */
const CLUSTERS_MILLISECONDS = 2_000;
const kinds: readonly DeclaredKindName[] = ['app', 'environment', 'workload'];

interface Followed {
  readonly version: string;
  readonly stop: AbortController;
  readonly done: Promise<unknown>;
}

/** Follows the clusters in which some namespace speaks for somebody, and no other. */
@Injectable()
export class DeclarationWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly followed = new Map<string, Followed>();
  private isEnding = false;

  constructor(
    private readonly rounds: Rounds,
    private readonly database: Database,
    private readonly delegations: DelegationsRepository,
    private readonly watch: DeclarationWatch,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): RoundNow {
    const failure = 'which clusters speak could not be read';
    return this.rounds.every(CLUSTERS_MILLISECONDS, failure, () => this.look());
  }

  async onModuleDestroy(): Promise<void> {
    this.isEnding = true;
    for (const id of [...this.followed.keys()]) await this.leave(id);
  }

  /** With other namespaces everything is read anew: what they hold was passed over before. */
  private async look(): Promise<void> {
    const clusters = await this.delegations.speakingClusters(this.database);
    const wanted = new Map(clusters.map((each) => [each.id, each]));
    for (const [id, { version }] of this.followed) if (wanted.get(id)?.version !== version) await this.leave(id);
    for (const cluster of clusters) if (!this.followed.has(cluster.id) && !this.isEnding) this.follow(cluster);
  }

  private follow(cluster: SpeakingCluster): void {
    const stop = new AbortController();
    const done = Promise.all(kinds.map((kind) => this.followKind(cluster, kind, stop.signal)));
    this.followed.set(cluster.id, { version: cluster.version, stop, done });
  }

  /** One that breaks for want of our own database is begun anew with the next look. */
  private async followKind(cluster: SpeakingCluster, kind: DeclaredKindName, signal: AbortSignal): Promise<void> {
    try {
      await this.watch.follow(cluster, kind, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.logger.warn({ err: error, clusterId: cluster.id, kind }, 'declared objects are followed anew');
      this.followed.get(cluster.id)?.stop.abort();
      this.followed.delete(cluster.id);
    }
  }

  private async leave(id: string): Promise<void> {
    const followed = this.followed.get(id);
    this.followed.delete(id);
    followed?.stop.abort();
    await followed?.done;
  }
}
