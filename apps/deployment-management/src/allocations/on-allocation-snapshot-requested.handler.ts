import { type EventOf, workloadAllocationSnapshotRequested } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { WorkloadsRepository } from '../workloads/workloads.repository.js';
import { Allocations } from './allocations.js';

/** States the allocation again for a metering that missed something. */
@Controller()
export class OnAllocationSnapshotRequestedHandler {
  constructor(
    private readonly workloads: WorkloadsRepository,
    private readonly allocations: Allocations,
  ) {}

  @EventPattern<string>(workloadAllocationSnapshotRequested.type)
  async handle(
    @Payload() { data }: EventOf<typeof workloadAllocationSnapshotRequested>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    const workload = await this.workloads.lock(tx, data.workloadId);
    if (workload) return this.allocations.restate(tx, workload);
    const { workloadId, organizationId, place } = data;
    if (place) await this.allocations.disown(tx, { ...place, workloadId, organizationId });
  }
}
