import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { ClosingClock } from './closing-clock.js';
import { Closing } from './closing.js';
import { ClosingsController } from './closings.controller.js';
import { ClosingsRepository } from './closings.repository.js';
import { ClosingsService } from './closings.service.js';
import { Drafts } from './drafts.js';
import { PeriodCloser } from './period-closer.js';
import { PeriodLooks } from './period-looks.js';
import { ReopeningService } from './reopening.service.js';
import { WaiversRepository } from './waivers.repository.js';

@Module({
  imports: [BillingAccountsModule, InvoicesModule, UsageModule],
  controllers: [ClosingsController],
  providers: [
    ...[ClosingClock, ClosingsRepository, WaiversRepository, Drafts, PeriodLooks],
    ...[ClosingsService, ReopeningService, Closing, PeriodCloser],
  ],
})
export class ClosingsModule {}
