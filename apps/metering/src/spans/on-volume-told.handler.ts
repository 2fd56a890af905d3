import { EventContext, repeatable } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { SpansService } from './spans.service.js';
import { allocationOf, type VolumeEvent, volumeTypes } from './volume.js';

@Controller()
export class OnVolumeToldHandler {
  constructor(private readonly spans: SpansService) {}

  @EventPattern<readonly string[]>(volumeTypes, { ...repeatable, inRuns: 'volumes' })
  handle(@Payload() events: readonly VolumeEvent[], @Ctx() { tx }: EventContext): Promise<void> {
    return this.spans.accept(tx, events.map(allocationOf));
  }
}
