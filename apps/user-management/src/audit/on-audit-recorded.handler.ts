import { auditRecorded, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { AuditTrailRepository } from './audit-trail.repository.js';

/** Collects what every service records into one trail. */
@Controller()
export class OnAuditRecordedHandler {
  constructor(@Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository) {}

  @EventPattern<string>(auditRecorded.type)
  async handle(@Payload() event: EventOf<typeof auditRecorded>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.trail.add(tx, event.data);
  }
}
