import { type CancelTimer, Clock, CONFIG, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { WorkloadKeys } from '../workloads/workload-keys.js';
import { RuntimeConfirmations } from './runtime-confirmations.js';
import { RUNTIME, type Runtime } from './runtime.js';

const RETRY_MILLISECONDS = 1_000;
const CONFIRM_MILLISECONDS = 10_000;

/** Turns the runtime's hints into keys of the reconcile queue, and its silence into the confirmation that nothing has changed. */
@Injectable()
export class RuntimeWatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopped = new AbortController();
  private watching: Promise<void> = Promise.resolve();
  private confirming: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly keys: WorkloadKeys,
    private readonly confirmations: RuntimeConfirmations,
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
        await this.follow(signal);
      } catch (error) {
        if (!signal.aborted) this.logger.warn({ err: error }, 'the stream of runtime changes broke; opening it again');
      }
      await this.clock.pause(RETRY_MILLISECONDS, signal);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    let endConfirming: CancelTimer = () => undefined;
    try {
      for await (const change of this.runtime.changes(signal)) {
        if ('workloadId' in change) {
          await this.keys.enqueue([change.workloadId]);
          continue;
        }
        endConfirming();
        endConfirming = await this.lookAtAll();
      }
    } finally {
      endConfirming();
      await this.confirming;
    }
  }

  private async lookAtAll(): Promise<CancelTimer> {
    await this.confirmations.begin();
    await this.keys.enqueueAll();
    return this.clock.every(CONFIRM_MILLISECONDS, () => (this.confirming = this.confirm()));
  }

  /** One that fails is made up for by the next. */
  private async confirm(): Promise<void> {
    try {
      await this.confirmations.confirm();
    } catch (error) {
      this.logger.warn({ err: error }, 'what runs was not confirmed');
    }
  }
}
