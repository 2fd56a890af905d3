import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { AgreementsModule } from '../agreements/agreements.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { CostsController } from './costs.controller.js';
import { CostsOfEnvironments } from './environment-costs.js';
import { ScopeCosts } from './scope-costs.js';
import { CostsService } from './costs.service.js';

@Module({
  imports: [UsageModule, AgreementsModule, BillingAccountsModule],
  controllers: [CostsController],
  providers: [CostsService, CostsOfEnvironments, ScopeCosts],
  exports: [ScopeCosts],
})
export class CostsModule {}
