import type { CreateBudget } from '@berth/contracts/metering';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { minorOf } from '../credits/credits.service.js';
import type { BudgetRow } from './budgets.repository.js';
import { Spending } from './spending.js';

/** A budget as it begins: what it is about is known at once, also before the first look. */
@Injectable()
export class BudgetStart {
  constructor(
    private readonly spending: Spending,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async of(tx: Tx, { amount, ...body }: CreateBudget): Promise<BudgetRow> {
    const now = this.clock.now();
    const { month, currency, spent, forecast } = await this.spending.of(tx, body, now);
    const state = { month, spent, forecast, lookedAt: null, stage: 'open', stageAt: null, crossed: [] } as const;
    return { ...body, ...state, id: this.ids.next(), currency, amount: minorOf(amount, currency) };
  }
}
