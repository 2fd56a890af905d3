import { Clock, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BudgetEvents } from './budget-events.js';
import { type BudgetRow, BudgetsRepository } from './budgets.repository.js';
import { stepOf } from './cap-stage.js';
import { Spending } from './spending.js';

/** Between two looks at a budget. */
const AGAIN = 300_000;

/** One look: what is spent, what must be told of it, and the next step of the cap. */
@Injectable()
export class BudgetLook {
  constructor(
    private readonly budgets: BudgetsRepository,
    private readonly spending: Spending,
    private readonly events: BudgetEvents,
    private readonly clock: Clock,
  ) {}

  /** The caller holds the lock of the budget. */
  async at(tx: Tx, former: BudgetRow): Promise<void> {
    const now = this.clock.now();
    const { month, spent, forecast } = await this.spending.of(tx, former, now);
    const budget = { ...former, month, spent, forecast, lookedAt: now };
    for (const threshold of former.thresholds) await this.tell(tx, budget, threshold);
    const stage = await this.step(tx, former, budget, now);
    await this.budgets.looked(tx, { ...budget, ...stage }, new Date(now.getTime() + AGAIN));
  }

  private async tell(tx: Tx, budget: BudgetRow, threshold: number): Promise<void> {
    if (budget.spent * 100n < budget.amount * BigInt(threshold)) return;
    if (await this.budgets.alert(tx, budget.id, budget.month, threshold))
      await this.events.crossed(tx, budget, threshold);
  }

  private async step(
    tx: Tx,
    former: BudgetRow,
    budget: BudgetRow,
    now: Date,
  ): Promise<Pick<BudgetRow, 'stage' | 'stageAt'>> {
    const step = stepOf({ ...former, stageMonth: former.month }, { now, month: budget.month, spent: budget.spent });
    if (step.kind === 'stay') return { stage: former.stage, stageAt: former.stageAt };
    if (step.kind === 'clear') {
      await this.events.cleared(tx, budget);
      return { stage: 'open', stageAt: null };
    }
    await this.events.stepped(tx, budget, step);
    return { stage: step.stage, stageAt: now };
  }
}
