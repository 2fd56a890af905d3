import { type EventOf, signingKeyRotated } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AccessCache } from './access-cache.js';
import { PlatformRepository } from './platform.repository.js';

@Controller()
export class OnSigningKeyRotatedHandler {
  constructor(
    @Inject(PlatformRepository) private readonly platform: PlatformRepository,
    @Inject(AccessCache) private readonly cache: AccessCache,
  ) {}

  @EventPattern<string>(signingKeyRotated.type)
  async handle(@Payload() event: EventOf<typeof signingKeyRotated>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.platform.replaceKeys(tx, event);
    this.cache.platformChanged(tx);
  }
}
