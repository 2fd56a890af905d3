import { type InvoiceInput, ratingOf } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoiceDrafts } from '../invoices/invoice-drafts.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { Issuing } from '../invoices/issuing.js';
import { hindranceOf } from './checklist.js';
import { PeriodLooks } from './period-looks.js';

/** The id of the invoice, null when there was nothing to bill; or why the period cannot be closed. */
export type Closed = { readonly invoiceId: string | null } | { readonly blocked: string };

/** Ends a period: once, whole, with an invoice that its events can prove. */
@Injectable()
export class Closing {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly drafts: InvoiceDrafts,
    private readonly looks: PeriodLooks,
    private readonly issuing: Issuing,
  ) {}

  /** The caller holds the locks of the organization and of its account. Nothing is guessed: what is missing or has no price keeps it open. */
  async close(tx: Tx, account: AccountRow): Promise<Closed> {
    const { organizationId } = account;
    const { checks, inputs, period, back } = await this.looks.of(tx, account);
    const blocked = hindranceOf(checks);
    const input = inputs.at(-1);
    if (blocked !== undefined || !input) return { blocked: blocked ?? 'nothing is known of the period' };
    const late = await this.drafts.late(tx, organizationId, back);
    for (const missed of inputs.slice(0, -1).filter(chargesAnything)) await this.issuing.issue(tx, missed);
    const invoiceId = await this.issuing.issue(tx, { ...input, corrections: late.map(({ usage }) => usage) });
    for (const { id, usage } of late) await this.invoices.corrected(tx, id, usage.after, usage.cuts.to);
    await this.accounts.settleLate(tx, organizationId, back.until);
    await this.accounts.open(tx, organizationId, period.to);
    return { invoiceId };
  }
}

/** A month that was closed without an invoice gets none that says nothing but zeros. */
const chargesAnything = (input: InvoiceInput): boolean => ratingOf(input).lines.some(({ amount }) => amount !== 0n);
