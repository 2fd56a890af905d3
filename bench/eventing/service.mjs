// A service of Berth that has nothing but outbox, relay, bus and inbox.
import 'reflect-metadata';
import { connectEvents, EventingModule, eventingMigrations } from '@berth/eventing';
import { baseConfig, startService } from '@berth/service-kit';
import { Module } from '@nestjs/common';

/** Starts it; `environment` is what a service is told. */
export function startBareService(name, environment, controllers = []) {
  class BareModule {}
  Module({})(BareModule);
  const definition = {
    name,
    config: baseConfig,
    entities: [],
    migrations: eventingMigrations,
    module: (config) => ({
      module: BareModule,
      imports: [EventingModule.forRoot({ service: name, config })],
      controllers,
    }),
    connect: connectEvents,
  };
  return startService(definition, { LOG_LEVEL: 'warn', ...environment });
}
