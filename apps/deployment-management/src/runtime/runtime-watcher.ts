import { type CancelTimer, Clock, CONFIG, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { ClusterPointer } from '../clusters/cluster.js';
import type { Config } from '../config.js';
import { ClusterWatch } from './cluster-watch.js';
import { Runtimes } from './runtimes.js';

/** So long may it take until a replica follows a cluster that was registered through another. */
const CLUSTERS_MILLISECONDS = 2_000;

interface Followed {
  readonly version: number;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Follows every cluster there is, each by itself: one that cannot be followed holds up no other. */
@Injectable()
export class RuntimeWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly followed = new Map<string, Followed>();
  private endLooking: CancelTimer = () => undefined;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly runtimes: Runtimes,
    private readonly watch: ClusterWatch,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.ROLE === 'api') return;
    this.endLooking = this.clock.every(CLUSTERS_MILLISECONDS, () => this.look());
    this.look();
    await this.looking;
  }

  async onModuleDestroy(): Promise<void> {
    this.endLooking();
    await this.looking;
    for (const id of [...this.followed.keys()]) await this.leave(id);
  }

  private look(): void {
    this.looking ??= this.lookAtClusters().finally(() => (this.looking = undefined));
  }

  private async lookAtClusters(): Promise<void> {
    try {
      const pointers = await this.runtimes.clusters();
      const wanted = new Map(pointers.map((each) => [each.id, each]));
      for (const [id, { version }] of this.followed)
        if (wanted.get(id)?.runtimeVersion !== version) await this.leave(id);
      for (const pointer of pointers) if (!this.followed.has(pointer.id)) this.follow(pointer);
    } catch (error) {
      this.logger.warn({ err: error }, 'which clusters there are could not be read');
    }
  }

  private follow(pointer: ClusterPointer): void {
    const stop = new AbortController();
    const done = this.watch.watch(pointer.id, () => this.runtimes.at(pointer), stop.signal);
    this.followed.set(pointer.id, { version: pointer.runtimeVersion, stop, done });
  }

  private async leave(id: string): Promise<void> {
    const followed = this.followed.get(id);
    this.followed.delete(id);
    followed?.stop.abort();
    await followed?.done;
  }
}
