import { type EventOf, sessionRevoked } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DelegationsService } from './delegations.service.js';

@Controller()
export class OnSessionRevokedHandler {
  constructor(private readonly delegations: DelegationsService) {}

  @EventPattern<string>(sessionRevoked.type)
  async handle(@Payload() event: EventOf<typeof sessionRevoked>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.delegations.revoke(tx, event.data.sessionId, event.time);
  }
}
