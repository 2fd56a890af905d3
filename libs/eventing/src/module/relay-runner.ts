import type { BaseConfig } from '@berth/service-kit';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Relay } from '../outbox/relay.js';

/** Runs the relay while the application runs, where the role is not `api`. */
export class RelayRunner implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly relay: Relay,
    private readonly role: BaseConfig['ROLE'],
  ) {}

  onApplicationBootstrap(): void {
    if (this.role !== 'api') this.relay.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.relay.stop();
  }
}
