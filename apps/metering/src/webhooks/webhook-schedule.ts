import { CONFIG, type CancelTimer, Clock, LOGGER, type Logger } from '@berth/service-kit';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../config.js';
import { WebhookSender } from './webhook-sender.js';

const EVERY = 2_000;
const FORGET_EVERY = 3_600_000;

/** Looks for deliveries that are due; any number of replicas may. */
@Injectable()
export class WebhookSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private timers: CancelTimer[] = [];
  private working: Promise<void> | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly sender: WebhookSender,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.ROLE === 'api') return;
    this.timers = [
      this.clock.every(EVERY, () => this.run(() => this.sender.sendDue())),
      this.clock.every(FORGET_EVERY, () => this.run(() => this.sender.forgetOld())),
    ];
  }

  async onModuleDestroy(): Promise<void> {
    for (const stop of this.timers) stop();
    await this.working;
  }

  /** Never two at once in this process. */
  private run(work: () => Promise<void>): void {
    this.working ??= work()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'webhooks could not be sent'))
      .finally(() => (this.working = undefined));
  }
}
