import { type EventOf, workloadAllocationChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { SpansService } from './spans.service.js';

@Controller()
export class OnAllocationChangedHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<string>(workloadAllocationChanged.type)
  handle(@Payload() event: EventOf<typeof workloadAllocationChanged>, @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, event);
  }
}
