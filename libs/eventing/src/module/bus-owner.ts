import type { BaseConfig, Clock, Logger } from '@berth/service-kit';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EventBus } from '../bus/event-bus.js';
import { makeBus } from './make-bus.js';

/** Closes the bus that the module made, after everything that uses it; one that a test put there is the test's. */
@Injectable()
export class BusOwner implements OnApplicationShutdown {
  private bus: EventBus | undefined;

  async make(name: string, config: BaseConfig, clock: Clock, logger: Logger): Promise<EventBus> {
    this.bus = await makeBus(name, config, clock, logger);
    return this.bus;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.bus?.close();
  }
}
