import { deploymentFailed, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { BuildsService } from './builds.service.js';

@Controller()
export class OnDeploymentFailedHandler {
  constructor(@Inject(BuildsService) private readonly builds: BuildsService) {}

  @EventPattern<string>(deploymentFailed.type)
  async handle(@Payload() event: EventOf<typeof deploymentFailed>, @Ctx() { tx }: EventContext): Promise<void> {
    if (event.data.buildId) await this.builds.cancel(tx, event.data.buildId);
  }
}
