import type { ServiceName } from '@berth/contracts/events';
import { type DynamicModule, Module } from '@nestjs/common';
import { eventAdministrationController } from './event-administration.controller.js';
import { EventStateRepository } from './event-state.repository.js';

/** Lag and dead letters of a service's events over HTTP, for administrators. Needs the global EventingModule and AccessModule. */
@Module({})
export class EventAdministrationModule {
  static of(service: ServiceName): DynamicModule {
    const controllers = [eventAdministrationController(service)];
    return { module: EventAdministrationModule, controllers, providers: [EventStateRepository] };
  }
}
