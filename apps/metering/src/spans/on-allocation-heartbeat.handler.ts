import { type EventOf, workloadAllocationHeartbeat } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Clock } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { requireBelievable } from '../accepted-events/refusal.js';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';

/** A heartbeat says which version holds, not what is in it: it shows gaps and silence, and moves no span. */
@Controller()
export class OnAllocationHeartbeatHandler {
  constructor(
    private readonly workloads: MeteredWorkloadsRepository,
    private readonly clock: Clock,
  ) {}

  @EventPattern<string>(workloadAllocationHeartbeat.type)
  async handle(
    @Payload() event: EventOf<typeof workloadAllocationHeartbeat>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const { data, epoch } = event;
    const confirmedAt = new Date(data.confirmedAt);
    requireBelievable(event, confirmedAt, this.clock.now());
    const position = { epoch, version: data.allocationVersion };
    await this.workloads.lock(tx, data.workloadId, data.organizationId);
    await this.workloads.hear(tx, data.workloadId);
    await this.workloads.see(tx, data.workloadId, position);
    await this.workloads.confirm(tx, data.workloadId, position, confirmedAt);
    await this.workloads.noteGap(tx, data.workloadId);
  }
}
