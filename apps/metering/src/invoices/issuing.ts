import { canonicalText, documentOf, type InvoiceInput, type RatedLine, ratingOf, sha256Of } from '@berth/billing';
import { invoiceIssued } from '@berth/contracts/events';
import { Outbox } from '@berth/eventing';
import { Clock, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { CreditsRepository } from '../credits/credits.repository.js';
import { InvoiceDrafts } from './invoice-drafts.js';
import { InvoicesRepository } from './invoices.repository.js';

/** Turns a draft into an invoice, with a number and for ever. */
@Injectable()
export class Issuing {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly drafts: InvoiceDrafts,
    private readonly credits: CreditsRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** Answers its id; null when there is nothing to bill. The caller holds the lock of the account. */
  async issue(tx: Tx, draft: InvoiceInput): Promise<string | null> {
    const input = await this.drafts.credited(tx, draft);
    const preview = documentOf(input);
    if (!preview.lines.some(({ kind }) => kind !== 'tax') && preview.corrections.length === 0) return null;
    const { organizationId, issuer, cut } = input;
    const issuedAt = this.clock.now();
    const number = await this.invoices.nextNumber(tx, input.issuer);
    const { currency, period, totals } = preview;
    const parties = { ...input.parties, ...(await this.drafts.payUntil(tx, issuer, issuedAt)) };
    const document = canonicalText(documentOf({ ...input, parties, number, issuedAt }));
    const fact = { organizationId, number, month: period.month, currency, due: totals.due, sha256: sha256Of(document) };
    const id = this.ids.next();
    const rated = ratingOf(input).lines;
    await this.invoices.insert(tx, { ...fact, id, issuer, issuedAt, periodTo: input.period.to, document, cut, rated });
    await this.useCredits(tx, id, rated);
    await this.outbox.append(tx, invoiceIssued, { subject: id, organizationId, data: { ...fact, invoiceId: id } });
    return id;
  }

  private async useCredits(tx: Tx, invoiceId: string, rated: readonly RatedLine[]): Promise<void> {
    for (const { kind, id, amount } of rated) if (kind === 'credit') await this.credits.use(tx, id, invoiceId, -amount);
  }
}
