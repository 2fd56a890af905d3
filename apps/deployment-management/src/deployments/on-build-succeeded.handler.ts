import { buildSucceeded, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildProgress } from './build-progress.js';

@Controller()
export class OnBuildSucceededHandler {
  constructor(private readonly progress: BuildProgress) {}

  @EventPattern<string>(buildSucceeded.type)
  handle(@Payload() event: EventOf<typeof buildSucceeded>, @Ctx() { tx }: EventContext): Promise<void> {
    const { buildId, artifact, processes, commit, reused } = event.data;
    return this.progress.succeeded(tx, buildId, { artifact, processes, commit, reused });
  }
}
