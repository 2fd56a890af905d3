import { buildFailed, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildProgress } from './build-progress.js';

@Controller()
export class OnBuildFailedHandler {
  constructor(private readonly progress: BuildProgress) {}

  @EventPattern<string>(buildFailed.type)
  handle(@Payload() event: EventOf<typeof buildFailed>, @Ctx() { tx }: EventContext): Promise<void> {
    return this.progress.failed(tx, event.data.buildId, event.data.failure);
  }
}
