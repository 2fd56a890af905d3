import { deploymentRequested, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildsService } from './builds.service.js';

@Controller()
export class OnDeploymentRequestedHandler {
  constructor(@Inject(BuildsService) private readonly builds: BuildsService) {}

  @EventPattern<string>(deploymentRequested.type)
  async handle(@Payload() event: EventOf<typeof deploymentRequested>, @Ctx() { tx }: EventContext): Promise<void> {
    if (event.data.build) await this.builds.request(tx, event.data, event.data.build);
  }
}
