import { CONFIG, type CancelTimer, Clock, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { Conservation } from './conservation.js';
import { tellDriftsOf } from './metrics.js';

const EVERY = 3_600_000;

/** Compares every hour; what does not add up shows in the metrics of every replica. */
@Injectable()
export class ConservationSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private stopTelling: () => void = () => undefined;
  private checking: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly conservation: Conservation,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.stopTelling = tellDriftsOf(this.conservation);
    if (this.config.ROLE !== 'api') this.stop = this.clock.every(EVERY, () => this.checkOnce());
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    this.stopTelling();
    await this.checking;
  }

  /** Never two at once in this process. */
  private checkOnce(): void {
    this.checking ??= this.conservation
      .check()
      .then(() => undefined)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'usage could not be compared'))
      .finally(() => (this.checking = undefined));
  }
}
