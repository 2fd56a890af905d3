import { type EventOf, workloadAllocationHeartbeat } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Clock } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { isAfter } from '../accepted-events/accepted-event.js';
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
    const { workloadId, organizationId } = data;
    const position = { epoch, version: data.allocationVersion };
    const workload = await this.workloads.lock(tx, { workloadId, organizationId, position, isHeard: true });
    await this.workloads.confirm(tx, workloadId, position, confirmedAt);
    if (workload.hasGap || isAfter(workload.seen, workload)) await this.workloads.noteGap(tx, workloadId);
  }
}
