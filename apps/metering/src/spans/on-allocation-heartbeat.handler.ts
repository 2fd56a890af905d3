import { type EventOf, workloadAllocationHeartbeat } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';

/** A heartbeat says which version holds, not what is in it: it shows gaps and silence, and moves no span. */
@Controller()
export class OnAllocationHeartbeatHandler {
  constructor(private readonly workloads: MeteredWorkloadsRepository) {}

  @EventPattern<string>(workloadAllocationHeartbeat.type)
  async handle(
    @Payload() { data, epoch }: EventOf<typeof workloadAllocationHeartbeat>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const position = { epoch, version: data.allocationVersion };
    await this.workloads.lock(tx, data.workloadId, data.organizationId);
    await this.workloads.see(tx, data.workloadId, position);
    await this.workloads.confirm(tx, data.workloadId, position, new Date(data.confirmedAt));
    await this.workloads.noteGap(tx, data.workloadId);
  }
}
