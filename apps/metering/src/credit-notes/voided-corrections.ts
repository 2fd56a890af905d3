import { type CorrectedLine, differences, digitsOf, parseMinor } from '@berth/billing';
import { type Correction, type Invoice, invoiceDocument } from '@berth/contracts/metering';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { lockOrganization } from '../accepted-events/organization-lock.js';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoicesRepository } from '../invoices/invoices.repository.js';

/** Corrections that stood on a void invoice are due again: the next closing finds the same differences, and puts them on its invoice. */
@Injectable()
export class VoidedCorrections {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly accounts: BillingAccountsRepository,
  ) {}

  /** Until the end of the transaction no period of the organization is closed. In the order of closings: before issuer and invoices. */
  async lock(tx: Tx, organizationId: string): Promise<void> {
    await lockOrganization(tx, organizationId);
    await this.accounts.lock(tx, organizationId);
  }

  /** The caller holds the lock. */
  async takeBack(tx: Tx, { organizationId, document, currency }: Invoice): Promise<void> {
    const { corrections } = invoiceDocument.parse(JSON.parse(document));
    const numbers = corrections.map(({ invoice }) => invoice);
    const earlier = await this.invoices.numbered(tx, organizationId, numbers);
    for (const correction of corrections) {
      const corrected = earlier.find(({ number }) => number === correction.invoice);
      // A later invoice corrects it, too, from here on: what is between the two cuts is not to be told apart any more.
      if (corrected?.ratedCut !== correction.cuts.to) continue;
      const before = differences(linesOf(correction, currency), corrected.rated);
      await this.invoices.corrected(tx, corrected.id, before, correction.cuts.from);
      const { period } = invoiceDocument.parse(JSON.parse(corrected.document));
      await this.accounts.noteChange(tx, organizationId, new Date(period.from));
    }
  }
}

const linesOf = ({ lines }: Correction, currency: string): CorrectedLine[] =>
  lines.map(({ amount, agreement, ...line }) => ({
    ...line,
    ...(agreement !== undefined && { agreement }),
    amount: parseMinor(amount, digitsOf(currency)),
  }));
