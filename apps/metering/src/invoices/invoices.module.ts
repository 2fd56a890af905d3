import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { AgreementsModule } from '../agreements/agreements.module.js';
import { CreditsModule } from '../credits/credits.module.js';
import { IssuersModule } from '../issuers/issuers.module.js';
import { NamesModule } from '../names/names.module.js';
import { TaxRulesModule } from '../tax-rules/tax-rules.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { InvoiceDrafts } from './invoice-drafts.js';
import { InvoiceRecords } from './invoice-records.js';
import { InvoicesAdminController } from './invoices-admin.controller.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesRepository } from './invoices.repository.js';
import { InvoicesService } from './invoices.service.js';
import { Issuing } from './issuing.js';
import { OpenPeriods } from './open-periods.js';
import { PeriodSpansRepository } from './period-spans.repository.js';
import { RatedPeriods } from './rated-periods.js';

@Module({
  imports: [
    ...[BillingAccountsModule, AgreementsModule, TaxRulesModule, CreditsModule, IssuersModule, UsageModule],
    NamesModule,
  ],
  controllers: [InvoicesController, InvoicesAdminController],
  providers: [
    ...[InvoicesRepository, InvoicesService, InvoiceRecords, InvoiceDrafts],
    ...[PeriodSpansRepository, RatedPeriods, Issuing, OpenPeriods],
  ],
  exports: [InvoicesService, InvoiceRecords, InvoiceDrafts, InvoicesRepository, Issuing, OpenPeriods],
})
export class InvoicesModule {}
