import type { InvoiceInput } from '@berth/billing';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoiceDrafts, openPeriod } from './invoice-drafts.js';

/** The period of an organization that is not closed yet, for who only wants to know whether it adds up. */
@Injectable()
export class OpenPeriods {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly drafts: InvoiceDrafts,
  ) {}

  /** Undefined when the organization has no account. Reads in one snapshot, or finds differences where there are none. @throws NotConserved */
  async rate(tx: Tx, organizationId: string, countedUntil: Date): Promise<InvoiceInput | undefined> {
    const account = await this.accounts.find(tx, organizationId);
    return account && this.drafts.of(tx, account, openPeriod(account), countedUntil);
  }
}
