import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { BillingReaders } from './billing-readers.js';
import { OnBudgetClearedHandler } from './on-budget-cleared.handler.js';
import { OnBudgetExhaustedHandler } from './on-budget-exhausted.handler.js';
import { OnBudgetThresholdCrossedHandler } from './on-budget-threshold-crossed.handler.js';
import { OnInvoiceIssuedHandler } from './on-invoice-issued.handler.js';
import { OnInvoiceVoidedHandler } from './on-invoice-voided.handler.js';

@Module({
  imports: [MailModule],
  controllers: [
    OnBudgetThresholdCrossedHandler,
    OnBudgetExhaustedHandler,
    OnBudgetClearedHandler,
    OnInvoiceIssuedHandler,
    OnInvoiceVoidedHandler,
  ],
  providers: [BillingReaders],
})
export class BillingLettersModule {}
