import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { type BuildEnded, buildTypes, factsOf } from './build.js';
import { SpansService } from './spans.service.js';

@Controller()
export class OnBuildEndedHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<readonly string[]>(buildTypes, { ...repeatable, inRuns: 'builds' })
  handle(@Payload() events: readonly BuildEnded[], @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, events.flatMap(factsOf));
  }
}
