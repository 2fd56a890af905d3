import { Clock, CONFIG, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { WorkloadKeys } from '../workloads/workload-keys.js';
import { RUNTIME, type Runtime } from './runtime.js';

const RETRY_MILLISECONDS = 1_000;

/** Turns the runtime's hints into keys of the reconcile queue, and nothing more. */
@Injectable()
export class RuntimeWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopped = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly keys: WorkloadKeys,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE !== 'api') this.watching = this.watch();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      try {
        for await (const change of this.runtime.changes(signal)) {
          await ('workloadId' in change ? this.keys.enqueue([change.workloadId]) : this.keys.enqueueAll());
        }
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, 'the stream of runtime changes broke; opening it again');
      }
      await this.clock.pause(RETRY_MILLISECONDS, signal);
    }
  }
}
