import { AccessModule, EventAdministrationModule } from '@berth/access';
import { EventingModule } from '@berth/eventing';
import { type DynamicModule, Module } from '@nestjs/common';
import { AgreementsModule } from './agreements/agreements.module.js';
import { BillingAccountsModule } from './billing-accounts/billing-accounts.module.js';
import { ClosingsModule } from './closings/closings.module.js';
import type { Config } from './config.js';
import { ConservationModule } from './conservation/conservation.module.js';
import { BudgetsModule } from './budgets/budgets.module.js';
import { CostsModule } from './costs/costs.module.js';
import { CreditNotesModule } from './credit-notes/credit-notes.module.js';
import { CreditsModule } from './credits/credits.module.js';
import { ExplainModule } from './explain/explain.module.js';
import { ExportsModule } from './exports/exports.module.js';
import { InvoicesModule } from './invoices/invoices.module.js';
import { IssuersModule } from './issuers/issuers.module.js';
import { LabelsModule } from './labels/labels.module.js';
import { MeasuredUsageModule } from './measured-usage/measured-usage.module.js';
import { NamesModule } from './names/names.module.js';
import { PaymentsModule } from './payments/payments.module.js';
import { PriceBooksModule } from './price-books/price-books.module.js';
import { SpansModule } from './spans/spans.module.js';
import { TaxRulesModule } from './tax-rules/tax-rules.module.js';
import { UsageModule } from './usage/usage.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

const service = 'metering';
const usage = [
  SpansModule,
  MeasuredUsageModule,
  LabelsModule,
  EventAdministrationModule.of(service),
  UsageModule,
  ConservationModule,
];
const prices = [PriceBooksModule, AgreementsModule, TaxRulesModule, CostsModule];
const bills = [
  BudgetsModule,
  BillingAccountsModule,
  CreditsModule,
  IssuersModule,
  InvoicesModule,
  NamesModule,
  ClosingsModule,
  CreditNotesModule,
  PaymentsModule,
  ExportsModule,
  ExplainModule,
];

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    const libraries = [EventingModule.forRoot({ service, config }), AccessModule.forRoot({ service, config })];
    return { module: AppModule, imports: [...libraries, ...usage, ...prices, ...bills, WebhooksModule.with(config)] };
  }
}
