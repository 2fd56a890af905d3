import { type EventOf, sessionRevoked } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { PlatformRepository } from './platform.repository.js';

@Controller()
export class OnSessionRevokedHandler {
  constructor(
    @Inject(PlatformRepository) private readonly platform: PlatformRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(sessionRevoked.type)
  async handle(@Payload() event: EventOf<typeof sessionRevoked>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.platform.revokeSession(tx, event.data.sessionId, event.time);
    this.cache.platformChanged(tx);
  }
}
