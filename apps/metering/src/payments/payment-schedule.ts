import { CONFIG, type CancelTimer, Clock, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { PaymentLooks } from './payment-looks.js';

const EVERY = 2_000;

/** Looks for payments that are due to be looked at; any number of replicas may. */
@Injectable()
export class PaymentSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private stop: CancelTimer = () => undefined;
  private looking: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly looks: PaymentLooks,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE !== 'api') this.stop = this.clock.every(EVERY, () => this.lookOnce());
  }

  async onModuleDestroy(): Promise<void> {
    this.stop();
    await this.looking;
  }

  /** Never two at once in this process. */
  private lookOnce(): void {
    this.looking ??= this.looks
      .lookAtDue()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'payments could not be looked at'))
      .finally(() => (this.looking = undefined));
  }
}
