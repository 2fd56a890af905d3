import { type EventOf, workloadAllocationSnapshot } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { SpansService } from './spans.service.js';

@Controller()
export class OnAllocationSnapshotHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<string>(workloadAllocationSnapshot.type)
  handle(@Payload() event: EventOf<typeof workloadAllocationSnapshot>, @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, event);
  }
}
