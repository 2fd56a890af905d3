import { Module } from '@nestjs/common';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { MissingAllocationsRepository } from './missing-allocations.repository.js';
import { MissingAllocations } from './missing-allocations.js';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { NamesModule } from '../names/names.module.js';
import { UncountedUseRepository } from '../uncounted-use/uncounted-use.repository.js';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { OnAllocationToldHandler } from './on-allocation-told.handler.js';
import { OnBuildEndedHandler } from './on-build-ended.handler.js';
import { OnDomainToldHandler } from './on-domain-told.handler.js';
import { OnEgressMeasuredHandler } from './on-egress-measured.handler.js';
import { OnVolumeToldHandler } from './on-volume-told.handler.js';
import { SpanMover } from './span-mover.js';
import { SpansRepository } from './spans.repository.js';
import { SpansService } from './spans.service.js';

@Module({
  imports: [BillingAccountsModule, NamesModule],
  controllers: [
    ...[OnAllocationToldHandler, OnVolumeToldHandler, OnBuildEndedHandler],
    ...[OnEgressMeasuredHandler, OnDomainToldHandler],
  ],
  providers: [
    AcceptedEventsRepository,
    MeteredWorkloadsRepository,
    UncountedUseRepository,
    SpansRepository,
    SpanMover,
    SpansService,
    MissingAllocationsRepository,
    MissingAllocations,
  ],
})
export class SpansModule {}
