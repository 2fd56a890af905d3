import { accessHeartbeat, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { PlatformRepository } from './platform.repository.js';

/** Replicas are not told: each reads the platform's state anew every second anyway. */
@Controller()
export class OnAccessHeartbeatHandler {
  constructor(@Inject(PlatformRepository) private readonly platform: PlatformRepository) {}

  @EventPattern<string>(accessHeartbeat.type)
  async handle(@Payload() event: EventOf<typeof accessHeartbeat>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.platform.heard(tx, event.data.at);
  }
}
