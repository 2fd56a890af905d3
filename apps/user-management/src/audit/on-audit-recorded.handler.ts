import { auditRecorded, type EventOf } from '@berth/contracts/events';
import { EventContext } from '@berth/eventing';
import { Clock, CONFIG } from '@berth/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { Config } from '../config.js';
import { AuditAddressesRepository } from './audit-addresses.repository.js';
import { AuditTrailRepository } from './audit-trail.repository.js';

const DAY_MS = 86_400_000;

/** Collects what every service records into one trail. */
@Controller()
export class OnAuditRecordedHandler {
  constructor(
    @Inject(AuditTrailRepository) private readonly trail: AuditTrailRepository,
    @Inject(AuditAddressesRepository) private readonly addresses: AuditAddressesRepository,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  @EventPattern<string>(auditRecorded.type)
  async handle(@Payload() event: EventOf<typeof auditRecorded>, @Ctx() { tx }: EventContext): Promise<void> {
    const { address, ...entry } = event.data;
    await this.trail.add(tx, entry);
    if (!address) return;
    await this.addresses.add(tx, entry.entryId, address, entry.at);
    const kept = this.config.AUDIT_ADDRESS_DAYS * DAY_MS;
    await this.addresses.forget(tx, new Date(this.clock.now().getTime() - kept));
  }
}
