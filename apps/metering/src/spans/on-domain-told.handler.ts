import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { NamesRepository } from '../names/names.repository.js';
import { type DomainEvent, domainTypes, factsOf, nameOf } from './domain.js';
import { SpansService } from './spans.service.js';

@Controller()
export class OnDomainToldHandler {
  constructor(
    private readonly spans: SpansService,
    private readonly names: NamesRepository,
  ) {}

  @EventPattern<readonly string[]>(domainTypes, { ...repeatable, inRuns: 'domains' })
  async handle(@Payload() events: readonly DomainEvent[], @Ctx() { tx }: EventContext): Promise<void> {
    await this.spans.accept(tx, events.flatMap(factsOf));
    await this.names.keep(tx, events.filter(({ data }) => data.attachment).map(nameOf));
  }
}
