import type { InvoiceInput } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { closedPeriods, InvoiceDrafts, openPeriod } from '../invoices/invoice-drafts.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';

/** All invoices that closing the open period makes. */
@Injectable()
export class Drafts {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly drafts: InvoiceDrafts,
  ) {}

  /** Earlier months that had nothing to bill when they were closed, and of which something became known since; then the open one. */
  async of(tx: Tx, account: AccountRow, now: Date): Promise<InvoiceInput[]> {
    const open = openPeriod(account);
    const since = (await this.accounts.lateSince(tx, account.organizationId)) ?? open.from;
    const billed = await this.invoices.months(tx, account.organizationId);
    const missed = closedPeriods(account, since).filter(({ month }) => !billed.has(month));
    const inputs: InvoiceInput[] = [];
    for (const period of [...missed, open]) inputs.push(await this.drafts.of(tx, account, period, now));
    return inputs;
  }
}
