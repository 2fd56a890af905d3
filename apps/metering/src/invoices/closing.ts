import { type InvoiceInput, ratingOf } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { UsageRepository } from '../usage/usage.repository.js';
import { closedPeriods, InvoiceDrafts, openPeriod } from './invoice-drafts.js';
import { InvoicesRepository } from './invoices.repository.js';
import { Issuing } from './issuing.js';

/** The id of the invoice, null when there was nothing to bill; or why the period cannot be closed. */
export type Closed = { readonly invoiceId: string | null } | { readonly blocked: string };

/** Ends a period: once, whole, with an invoice that its events can prove. */
@Injectable()
export class Closing {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly drafts: InvoiceDrafts,
    private readonly usage: UsageRepository,
    private readonly issuing: Issuing,
  ) {}

  /** The caller holds the locks of the organization and of its account; the period is over. */
  async close(tx: Tx, account: AccountRow): Promise<Closed> {
    const { organizationId } = account;
    const period = openPeriod(account);
    const since = (await this.accounts.lateSince(tx, organizationId)) ?? period.from;
    const missed = await this.unbilled(tx, account, since);
    const late = await this.drafts.late(tx, organizationId, since);
    const input = await this.drafts.of(tx, account, period, period.to);
    const blocked = await this.hindrance(tx, [...missed, input]);
    if (blocked) return { blocked };
    for (const each of missed) await this.issuing.issue(tx, each);
    const invoiceId = await this.issuing.issue(tx, { ...input, corrections: late.map(({ usage }) => usage) });
    for (const { id, usage } of late) await this.invoices.corrected(tx, id, usage.after, usage.cuts.to);
    await this.accounts.forgetLate(tx, organizationId);
    await this.accounts.open(tx, organizationId, period.to);
    return { invoiceId };
  }

  /** Earlier months that had nothing to bill when they were closed, and of which something became known since. */
  private async unbilled(tx: Tx, account: AccountRow, since: Date): Promise<InvoiceInput[]> {
    const billed = await this.invoices.months(tx, account.organizationId);
    const missed = closedPeriods(account, since).filter(({ month }) => !billed.has(month));
    const inputs: InvoiceInput[] = [];
    for (const period of missed) inputs.push(await this.drafts.of(tx, account, period, period.to));
    return inputs;
  }

  /** Nothing is guessed: what is missing or has no price keeps the period open. */
  private async hindrance(tx: Tx, inputs: readonly InvoiceInput[]): Promise<string | undefined> {
    const waiting = await this.usage.waitingForEvents(tx, inputs[0]?.organizationId ?? '');
    if (waiting > 0) return `missing_events: ${waiting} workloads`;
    const [unpriced] = inputs.flatMap((input) => ratingOf(input).unpriced);
    return unpriced && `unpriced_usage: ${unpriced.metric} in version ${unpriced.version} of ${inputs[0]?.book.name}`;
  }
}
