import { egressMeasured } from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type EgressEvent, factsOf } from './egress.js';
import { SpansService } from './spans.service.js';

@Controller()
export class OnEgressMeasuredHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<string>(egressMeasured.type, { ...repeatable, inRuns: 'egress' })
  handle(@Payload() events: readonly EgressEvent[], @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, events.flatMap(factsOf));
  }
}
