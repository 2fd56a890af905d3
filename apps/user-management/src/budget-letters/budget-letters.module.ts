import { Module } from '@nestjs/common';
import { MailModule } from '../mail/mail.module.js';
import { BudgetReaders } from './budget-readers.js';
import { OnBudgetClearedHandler } from './on-budget-cleared.handler.js';
import { OnBudgetExhaustedHandler } from './on-budget-exhausted.handler.js';
import { OnBudgetThresholdCrossedHandler } from './on-budget-threshold-crossed.handler.js';

@Module({
  imports: [MailModule],
  controllers: [OnBudgetThresholdCrossedHandler, OnBudgetExhaustedHandler, OnBudgetClearedHandler],
  providers: [BudgetReaders],
})
export class BudgetLettersModule {}
