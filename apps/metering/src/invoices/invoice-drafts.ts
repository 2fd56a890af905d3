import {
  codeVersion,
  documentOf,
  type InvoiceInput,
  type LateUsage,
  monthAt,
  type Period,
  ratingOf,
  requireConserved,
  type Tax,
  taxesOf,
} from '@berth/billing';
import { type InvoiceDocument, invoiceDocument } from '@berth/contracts/metering';
import type { Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import type { AccountRow } from '../billing-accounts/billing-accounts.repository.js';
import { type Correctable, type Ending, InvoicesRepository } from './invoices.repository.js';
import { TaxRulesRepository } from '../tax-rules/tax-rules.repository.js';
import { IssuersRepository } from '../issuers/issuers.repository.js';
import { CreditsRepository } from '../credits/credits.repository.js';
import { PeriodSpansRepository } from './period-spans.repository.js';
import { type PeriodOf, RatedPeriods } from './rated-periods.js';

/** An invoice that others must be told to be other than it was. */
export interface Late {
  readonly id: string;
  readonly usage: LateUsage;
}

const DAY = 86_400_000;

export type BilledPeriod = Period & { readonly timeZone: string };

/** The period that is not closed yet. */
export const openPeriod = ({ openSince, timeZone }: AccountRow): BilledPeriod => ({
  ...monthAt(openSince, timeZone),
  timeZone,
});

@Injectable()
export class InvoiceDrafts {
  constructor(
    private readonly invoices: InvoicesRepository,
    private readonly periods: RatedPeriods,
    private readonly spans: PeriodSpansRepository,
    private readonly taxRules: TaxRulesRepository,
    private readonly credits: CreditsRepository,
    private readonly issuers: IssuersRepository,
  ) {}

  /** All that an invoice of a period depends on, as it is known now. What still runs is counted up to `countedUntil`. @throws NotConserved */
  async of(tx: Tx, account: AccountRow, period: BilledPeriod, countedUntil: Date): Promise<InvoiceInput> {
    const { organizationId, issuer } = account;
    const until = new Date(Math.max(+period.from, Math.min(+period.to, +countedUntil)));
    const taxes = await this.taxesOf(tx, account, period);
    const rated = await this.periods.of(tx, { ...account, period, taxes }, until);
    const cut = await this.invoices.cut(tx, organizationId);
    const { spans, sums, names } = await this.spans.digest(tx, organizationId, period.from, until);
    const parties = await this.partiesOf(tx, account);
    const about = { organizationId, issuer, cut, spans, names, corrections: [], codeVersion };
    const input = { ...rated, ...about, parties, number: null, issuedAt: null };
    requireConserved(sums, rated.segments, documentOf(input));
    return input;
  }

  /** With the credits that are left now: one that an invoice takes is not there for the next. */
  async credited(tx: Tx, input: InvoiceInput): Promise<InvoiceInput> {
    const { organizationId, book, period } = input;
    return { ...input, credits: await this.credits.payingFor(tx, organizationId, book.currency, period.from) };
  }

  async payUntil(tx: Tx, issuer: string, issuedAt: Date): Promise<Pick<InvoiceInput['parties'], 'payUntil'>> {
    const described = await this.issuers.find(tx, issuer);
    return described ? { payUntil: new Date(issuedAt.getTime() + described.daysToPay * DAY).toISOString() } : {};
  }

  private async partiesOf(tx: Tx, { issuer, billTo, country, taxId }: AccountRow): Promise<InvoiceInput['parties']> {
    const described = await this.issuers.find(tx, issuer);
    return {
      ...(described && { seller: described.profile }),
      ...(billTo && { buyer: { ...billTo, country, taxId } }),
    };
  }

  private async taxesOf(tx: Tx, { issuer, country, taxId, taxes }: AccountRow, { to }: Period): Promise<Tax[]> {
    if (taxes.length > 0) return taxes;
    const rules = await this.taxRules.of(tx, issuer, country);
    // The last moment of the period, because rules and periods are half-open.
    return taxesOf(rules, { country, hasTaxId: taxId !== null }, new Date(to.getTime() - 1));
  }

  /** What earlier invoices must be corrected by. */
  async late(tx: Tx, organizationId: string, ending: Ending): Promise<Late[]> {
    const cut = await this.invoices.cut(tx, organizationId);
    const late: Late[] = [];
    for (const invoice of await this.invoices.correctable(tx, organizationId, ending))
      late.push({ id: invoice.id, usage: await this.lateUsage(tx, invoice, cut) });
    return late;
  }

  private async lateUsage(tx: Tx, { number, document, rated, ratedCut }: Correctable, cut: string): Promise<LateUsage> {
    const told = invoiceDocument.parse(JSON.parse(document));
    const billed = asBilled(told);
    const { lines } = ratingOf(await this.periods.of(tx, billed, billed.period.to));
    const { currency, period } = told;
    return {
      invoice: number,
      month: period.month,
      currency,
      cuts: { from: ratedCut, to: cut },
      before: rated,
      after: lines,
    };
  }
}

const asBilled = ({ organizationId, period, priceBook, coupons = [], taxes }: InvoiceDocument): PeriodOf => ({
  ...{ organizationId, priceBookId: priceBook.id, coupons, taxes },
  period: { ...period, from: new Date(period.from), to: new Date(period.to) },
});
