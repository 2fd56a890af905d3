import { workloadUsageMeasured } from '@berth/contracts/events';
import { EventContext, repeatable } from '@berth/eventing';
import { Clock } from '@berth/service-kit';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { requireBelievable, requireTenant } from '../accepted-events/refusal.js';
import type { MeasuredEvent } from './measured-usage.js';
import { MeasuredUsageRepository } from './measured-usage.repository.js';

/** Keeps what was seen to be used, to be shown beside what was allocated. Nothing is charged by it. */
@Controller()
export class OnUsageMeasuredHandler {
  constructor(
    private readonly measured: MeasuredUsageRepository,
    private readonly clock: Clock,
  ) {}

  @EventPattern<string>(workloadUsageMeasured.type, repeatable)
  async handle(@Payload() event: MeasuredEvent, @Ctx() { tx }: EventContext): Promise<void> {
    const { organizationId, workloadId, hour } = event.data;
    requireBelievable(event, new Date(hour), this.clock.now());
    requireTenant((await this.measured.organizationOf(tx, workloadId)) ?? organizationId, organizationId);
    await this.measured.append(tx, event);
  }
}
