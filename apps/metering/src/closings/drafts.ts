import type { InvoiceInput } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoiceDrafts, openPeriod } from '../invoices/invoice-drafts.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';
import { type LookBack, lookBackOn } from '../invoices/look-back.js';

/** All invoices that closing the open period makes. */
@Injectable()
export class Drafts {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly invoices: InvoicesRepository,
    private readonly drafts: InvoiceDrafts,
  ) {}

  async lookBack(tx: Tx, account: AccountRow): Promise<LookBack> {
    return lookBackOn(account, await this.accounts.lateSince(tx, account.organizationId));
  }

  /** Months that are looked back on, had nothing to bill when they were closed, and of which something may be known since; then the open one. */
  async of(tx: Tx, account: AccountRow, { periods }: LookBack, now: Date): Promise<InvoiceInput[]> {
    const billed = await this.invoices.months(tx, account.organizationId);
    const missed = periods.filter(({ month }) => !billed.has(month));
    const inputs: InvoiceInput[] = [];
    for (const period of [...missed, openPeriod(account)]) inputs.push(await this.drafts.of(tx, account, period, now));
    return inputs;
  }
}
