import { Module } from '@nestjs/common';
import { BillingAccountsModule } from '../billing-accounts/billing-accounts.module.js';
import { CostsModule } from '../costs/costs.module.js';
import { BudgetEvents } from './budget-events.js';
import { BudgetLook } from './budget-look.js';
import { BudgetStart } from './budget-start.js';
import { BudgetWatch } from './budget-watch.js';
import { BudgetsController } from './budgets.controller.js';
import { BudgetsRepository } from './budgets.repository.js';
import { BudgetsService } from './budgets.service.js';
import { Spending } from './spending.js';

@Module({
  imports: [CostsModule, BillingAccountsModule],
  controllers: [BudgetsController],
  providers: [BudgetsRepository, BudgetsService, BudgetStart, BudgetEvents, BudgetLook, BudgetWatch, Spending],
})
export class BudgetsModule {}
