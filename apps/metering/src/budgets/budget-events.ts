import { digitsOf, formatMinor } from '@berth/billing';
import { budgetCleared, budgetExhausted, budgetThresholdCrossed } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { BudgetRow } from './budgets.repository.js';
import type { CapStep } from './cap-stage.js';

/** What is told about a budget, in the transaction that remembers that it was told. */
@Injectable()
export class BudgetEvents {
  constructor(private readonly outbox: Outbox) {}

  async crossed(tx: Tx, budget: BudgetRow, threshold: number): Promise<void> {
    const forecast = formatMinor(budget.forecast, digitsOf(budget.currency));
    const data = { ...factOf(budget), threshold, forecast };
    await this.outbox.append(tx, budgetThresholdCrossed, { ...aboutOf(budget), data });
  }

  async stepped(tx: Tx, budget: BudgetRow, step: Extract<CapStep, { kind: 'go' }>): Promise<void> {
    const { stops, stopsNext, stopsNextAt } = step;
    const next = { stopsNext: [...stopsNext], stopsNextAt: stopsNextAt?.toISOString() ?? null };
    const data = { ...factOf(budget), stops: [...stops], ...next };
    await this.outbox.append(tx, budgetExhausted, { ...aboutOf(budget), data });
  }

  async cleared(tx: Tx, budget: BudgetRow): Promise<void> {
    await this.outbox.append(tx, budgetCleared, { ...aboutOf(budget), data: factOf(budget) });
  }
}

const aboutOf = ({ id, organizationId }: BudgetRow) => ({ subject: id, organizationId });

function factOf({ id, organizationId, projectId, environmentId, name, month, currency, amount, spent }: BudgetRow) {
  const text = (minor: bigint) => formatMinor(minor, digitsOf(currency));
  const what = { budgetId: id, organizationId, projectId, environmentId, name, month, currency };
  return { ...what, amount: text(amount), spent: text(spent) };
}
