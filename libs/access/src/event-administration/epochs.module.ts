import type { ServiceName } from '@berth/contracts/events';
import { type DynamicModule, Module } from '@nestjs/common';
import { epochsController } from './epochs.controller.js';
import { EpochsService } from './epochs.service.js';

/** The next epoch of a service's events over HTTP, for administrators. Needs the global EventingModule and AccessModule. */
@Module({})
export class EpochsModule {
  static of(service: ServiceName): DynamicModule {
    return { module: EpochsModule, controllers: [epochsController(service)], providers: [EpochsService] };
  }
}
