import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { InvoicesModule } from '../invoices/invoices.module.js';
import { ExplainController } from './explain.controller.js';
import { ExplainRepository } from './explain.repository.js';
import { ExplainService } from './explain.service.js';

@Module({
  imports: [InvoicesModule, BillingAccountsModule],
  controllers: [ExplainController],
  providers: [ExplainRepository, ExplainService],
})
export class ExplainModule {}
