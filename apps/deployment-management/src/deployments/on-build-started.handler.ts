import { buildStarted, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildProgress } from './build-progress.js';

@Controller()
export class OnBuildStartedHandler {
  constructor(private readonly progress: BuildProgress) {}

  @EventPattern<string>(buildStarted.type)
  handle(@Payload() event: EventOf<typeof buildStarted>, @Ctx() { tx }: EventContext): Promise<void> {
    return this.progress.started(tx, event.data.buildId);
  }
}
