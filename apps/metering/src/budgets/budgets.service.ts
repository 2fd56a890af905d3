import { Audit, type AuditRecord, type Caller, changedFrom, notFound } from '@berth/access';
import type { Budget, CreateBudget, UpdateBudget } from '@berth/contracts/metering';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { minorOf } from '../credits/credits.service.js';
import { BudgetStart } from './budget-start.js';
import { BudgetEvents } from './budget-events.js';
import { type BudgetRow, BudgetsRepository, budgetTold } from './budgets.repository.js';

@Injectable()
export class BudgetsService {
  constructor(
    private readonly budgets: BudgetsRepository,
    private readonly starts: BudgetStart,
    private readonly events: BudgetEvents,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async find(id: string): Promise<BudgetRow> {
    const found = await this.budgets.find(this.database, id);
    if (!found) throw notFound();
    return found;
  }

  create(caller: Caller, body: CreateBudget): Promise<Budget> {
    return this.database.transaction(async (tx) => {
      const budget = await this.starts.of(tx, body);
      await this.budgets.insert(tx, budget, this.clock.now());
      await this.record(tx, caller, budget, { detail: { amount: body.amount, isCap: body.isCap } });
      return budgetTold(budget);
    });
  }

  /** It takes effect with the next look, which is due at once. */
  update(caller: Caller, id: string, { amount, ...change }: UpdateBudget): Promise<Budget> {
    return this.database.transaction(async (tx) => {
      const former = await this.locked(tx, id);
      const minor = amount === undefined ? former.amount : minorOf(amount, former.currency);
      const budget = { ...former, ...change, amount: minor };
      await this.budgets.update(tx, budget, this.clock.now());
      await this.record(tx, caller, budget, { change: changedFrom(termsOf(former), termsOf(budget)) });
      return budgetTold(budget);
    });
  }

  /** What it stopped runs again. */
  async remove(caller: Caller, id: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const budget = await this.locked(tx, id);
      if (budget.stage !== 'open') await this.events.cleared(tx, budget);
      await this.budgets.remove(tx, id);
      await this.record(tx, caller, budget, { detail: { isDeleted: true }, change: changedFrom(termsOf(budget), {}) });
    });
  }

  private async locked(tx: Tx, id: string): Promise<BudgetRow> {
    const found = await this.budgets.lock(tx, id);
    if (!found) throw notFound();
    return found;
  }

  private async record(
    tx: Tx,
    by: Caller,
    { id, organizationId }: BudgetRow,
    said: Pick<AuditRecord, 'detail' | 'change'>,
  ): Promise<void> {
    const target = { kind: 'budget', id };
    await this.audit.record(tx, { by, action: 'budgets:update', target, organizationId, ...said });
  }
}

const termsOf = (row: BudgetRow) => {
  const { name, amount, currency, thresholds, isCap, graceMinutes } = budgetTold(row);
  return { name, amount, currency, thresholds, isCap, graceMinutes };
};
