import { type EventOf, workloadAllocationChanged } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { SpansService } from './spans.service.js';

@Controller()
export class OnAllocationChangedHandler {
  constructor(
    private readonly spans: SpansService,
    private readonly workloads: MeteredWorkloadsRepository,
  ) {}

  @EventPattern<string>(workloadAllocationChanged.type)
  async handle(
    @Payload() event: EventOf<typeof workloadAllocationChanged>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.spans.accept(tx, event);
    await this.workloads.hear(tx, event.data.workloadId);
  }
}
