import { Module } from '@nestjs/common';
import { AcceptedEventsRepository } from '../accepted-events/accepted-events.repository.js';
import { MissingAllocationsRepository } from './missing-allocations.repository.js';
import { MissingAllocations } from './missing-allocations.js';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { MeteredWorkloadsRepository } from './metered-workloads.repository.js';
import { OnAllocationChangedHandler } from './on-allocation-changed.handler.js';
import { OnAllocationHeartbeatHandler } from './on-allocation-heartbeat.handler.js';
import { OnAllocationSnapshotHandler } from './on-allocation-snapshot.handler.js';
import { SpansRepository } from './spans.repository.js';
import { SpansService } from './spans.service.js';

@Module({
  imports: [BillingAccountsModule],
  controllers: [OnAllocationChangedHandler, OnAllocationSnapshotHandler, OnAllocationHeartbeatHandler],
  providers: [
    AcceptedEventsRepository,
    MeteredWorkloadsRepository,
    SpansRepository,
    SpansService,
    MissingAllocationsRepository,
    MissingAllocations,
  ],
})
export class SpansModule {}
