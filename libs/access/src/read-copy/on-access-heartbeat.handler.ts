import { accessHeartbeat, type EventOf } from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { PlatformRepository } from './platform.repository.js';

@Controller()
export class OnAccessHeartbeatHandler {
  constructor(
    @Inject(PlatformRepository) private readonly platform: PlatformRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(accessHeartbeat.type, repeatable)
  async handle(@Payload() event: EventOf<typeof accessHeartbeat>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.platform.heard(tx, event.data.at);
    this.cache.platformChanged(tx);
  }
}
