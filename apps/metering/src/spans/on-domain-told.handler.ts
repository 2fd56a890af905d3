import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type DomainEvent, domainTypes, factsOf } from './domain.js';
import { SpansService } from './spans.service.js';

@Controller()
export class OnDomainToldHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<readonly string[]>(domainTypes, { ...repeatable, inRuns: 'domains' })
  handle(@Payload() events: readonly DomainEvent[], @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, events.flatMap(factsOf));
  }
}
