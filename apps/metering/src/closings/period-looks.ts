import { type InvoiceInput, NotConserved, ratingOf } from '@berth/billing';
import type { ClosingCheck, ClosingChecklist, Waiver } from '@berth/contracts/metering';
import { DeadLetters } from '@berth/eventing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { AccountRow } from '../billing-accounts/billing-accounts.repository.js';
import { type BilledPeriod, openPeriod } from '../invoices/invoice-drafts.js';
import type { LookBack } from '../invoices/look-back.js';
import { UsageRepository } from '../usage/usage.repository.js';
import { checklistOf, type ClosingFacts } from './checklist.js';
import { ClosingClock } from './closing-clock.js';
import { ClosingsRepository } from './closings.repository.js';
import { Drafts } from './drafts.js';
import { WaiversRepository } from './waivers.repository.js';

/** What a period would be billed as, and what speaks against it. */
export interface PeriodLook {
  readonly period: BilledPeriod;
  /** Earlier months that had nothing to bill when they were closed, then the open one; none when usage does not add up. */
  readonly inputs: readonly InvoiceInput[];
  readonly unpriced: ClosingChecklist['unpriced'];
  readonly checks: readonly ClosingCheck[];
  /** Months of the past that this closing bills or corrects, if any must be. */
  readonly back: LookBack;
}

@Injectable()
export class PeriodLooks {
  constructor(
    private readonly closings: ClosingsRepository,
    private readonly waivers: WaiversRepository,
    private readonly usage: UsageRepository,
    private readonly letters: DeadLetters,
    private readonly drafts: Drafts,
    private readonly clock: ClosingClock,
  ) {}

  /** Of one moment of the database: the caller holds the organization's lock or reads a snapshot. */
  async of(tx: Tx, account: AccountRow): Promise<PeriodLook> {
    const now = this.clock.now();
    const period = openPeriod(account);
    const waivers = await this.waivers.of(tx, account.organizationId);
    const back = await this.drafts.lookBack(tx, account);
    const drafted = await this.drafted(tx, account, back, now);
    const inputs = drafted.inputs.map((input) => ({ ...input, waivers: ofMonth(waivers, input) }));
    const unpriced = inputs.flatMap((input) => unpricedOf(input, waivers));
    const noted = await this.closings.drifts(tx, account.organizationId);
    const drift = drafted.drift ?? (noted > 0 ? `${noted} differences: see berth_metering_usage_drifts` : undefined);
    const facts: ClosingFacts = {
      ...{
        now,
        to: period.to,
        graceEnd: this.clock.graceEnd(period.to),
        unpriced,
        bookName: inputs.at(-1)?.book.name ?? '',
      },
      ...(await this.arrivals(tx, account.organizationId, now < period.to ? now : period.to)),
      ...(drift !== undefined && { drift }),
    };
    return { period, inputs, unpriced, checks: checklistOf(facts), back };
  }

  private async arrivals(tx: Tx, organizationId: string, heardSince: Date) {
    return {
      waitingWorkloads: await this.usage.waitingForEvents(tx, organizationId),
      silentWorkloads: await this.closings.silent(tx, organizationId, heardSince),
      deadLetters: await this.letters.openOf(tx, organizationId),
    };
  }

  private async drafted(
    tx: Tx,
    account: AccountRow,
    back: LookBack,
    now: Date,
  ): Promise<{ inputs: InvoiceInput[]; drift?: string }> {
    try {
      return { inputs: await this.drafts.of(tx, account, back, now) };
    } catch (error) {
      if (!(error instanceof NotConserved)) throw error;
      return { inputs: [], drift: error.message };
    }
  }
}

const ofMonth = (waivers: readonly Waiver[], { period }: InvoiceInput): Waiver[] =>
  waivers.filter(({ month }) => month === period.month);

function unpricedOf(input: InvoiceInput, waivers: readonly Waiver[]): ClosingChecklist['unpriced'] {
  const { month } = input.period;
  const waiverOf = (metric: string) => ofMonth(waivers, input).find((each) => each.metric === metric) ?? null;
  return ratingOf(input).unpriced.map(({ metric, version, quantity }) => ({
    ...{ month, metric, version, quantity: quantity.toString(), waiver: waiverOf(metric) },
  }));
}
