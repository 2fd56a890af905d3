import { calendarMonth, digitsOf, exact, monthAt, parseMinor, type Period, roundQuotient } from '@berth/billing';
import type { ConfinedSql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { ScopeCosts } from '../costs/scope-costs.js';
import type { UsageScope } from '../usage/scope.js';
import type { BudgetRow } from './budgets.repository.js';

const DAY = 86_400_000;

/** In smallest units of the currency. */
export interface Spent {
  readonly month: string;
  readonly currency: string;
  readonly spent: bigint;
  readonly forecast: bigint;
}

type Scope = Pick<BudgetRow, 'organizationId' | 'projectId' | 'environmentId'>;

/** What a part of an organization used up of the month so far, and what the month will cost if it goes on like this. */
@Injectable()
export class Spending {
  constructor(
    private readonly costs: ScopeCosts,
    private readonly accounts: BillingAccountsRepository,
  ) {}

  async of(sql: ConfinedSql, budget: Scope, now: Date): Promise<Spent> {
    const month = await this.monthOf(sql, budget.organizationId, now);
    const until = async (to: Date) => {
      const { total, book } = await this.costs.of(sql, scopeOf(budget), { from: month.from, to });
      return { currency: book.currency, amount: parseMinor(total, digitsOf(book.currency)) };
    };
    const dayAgo = new Date(Math.max(month.from.getTime(), now.getTime() - DAY));
    const [then, today] = [await until(dayAgo), await until(now)];
    const added = today.amount - then.amount;
    const forecast =
      today.amount + goingOn(added, now.getTime() - dayAgo.getTime(), month.to.getTime() - now.getTime());
    return { month: month.month, currency: today.currency, spent: today.amount, forecast };
  }

  async monthOf(sql: ConfinedSql, organizationId: string, now: Date): Promise<Period> {
    const account = await this.accounts.find(sql, organizationId);
    const { month } = monthAt(now, account?.timeZone ?? 'UTC');
    return calendarMonth(month, account?.timeZone ?? 'UTC');
  }
}

/** What `added` in so much time becomes in the time that is left. */
const goingOn = (added: bigint, milliseconds: number, left: number): bigint =>
  milliseconds === 0 ? 0n : roundQuotient(exact(added).times(left), exact(milliseconds), 0, 'half-even');

const scopeOf = ({ organizationId, projectId, environmentId }: Scope): UsageScope => ({
  organization: organizationId,
  project: projectId ?? undefined,
  environment: environmentId ?? undefined,
  app: undefined,
});
