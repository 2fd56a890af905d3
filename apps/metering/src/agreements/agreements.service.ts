import { Audit, type Caller, changedFrom } from '@berth/access';
import { withTerms } from '@berth/billing';
import { type Agreement, type CreateAgreement, isConsistent } from '@berth/contracts/metering';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { PriceBooksRepository } from '../price-books/price-books.repository.js';
import { agreementErrors } from './agreements.errors.js';
import { AgreementsRepository } from './agreements.repository.js';

@Injectable()
export class AgreementsService {
  constructor(
    private readonly agreements: AgreementsRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly books: PriceBooksRepository,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  create(caller: Caller, body: CreateAgreement): Promise<Agreement> {
    const { organizationId } = body;
    return this.database.transaction(async (tx) => {
      await this.accounts.ensure(tx, organizationId, this.clock.now());
      const account = await this.accounts.lock(tx, organizationId);
      if (!account) throw new Error(`billing account ${organizationId} vanished`);
      const newest = await this.agreements.newest(tx, organizationId);
      this.requireLater(body, newest);
      await this.requireFitting(tx, body, account);
      const agreement = { ...body, number: (newest?.number ?? 0) + 1, validTo: null };
      await this.agreements.insert(tx, agreement);
      const target = { kind: 'agreement', id: `${organizationId}/${agreement.number}` };
      const { number, validFrom, priceBookId } = agreement;
      const detail = { number, validFrom, priceBookId };
      const former = newest
        ? { number: newest.number, validFrom: newest.validFrom, priceBookId: newest.priceBookId }
        : {};
      const change = changedFrom(former, detail);
      await this.audit.record(tx, { by: caller, action: 'agreements:update', target, organizationId, detail, change });
      return agreement;
    });
  }

  private requireLater({ validFrom }: CreateAgreement, newest: Agreement | undefined): void {
    const from = new Date(validFrom);
    if (from > this.clock.now() && (!newest || from > new Date(newest.validFrom))) return;
    const detail = 'An agreement begins in the future and after the one before it.';
    throw agreementErrors.AgreementTooEarly(detail, { pointer: '/validFrom' });
  }

  /** One invoice has one currency and one way of rounding. */
  private async requireFitting(
    tx: Tx,
    { priceBookId, validFrom, terms }: CreateAgreement,
    { currency, rounding }: AccountRow,
  ): Promise<void> {
    const pointer = '/priceBookId';
    const book = await this.books.find(tx, priceBookId);
    if (!book) throw agreementErrors.AgreementBookUnknown('There is no such price book.', { pointer });
    if (book.currency !== currency || book.rounding !== rounding)
      throw agreementErrors.AgreementBookOther(`The account has ${currency}, rounded ${rounding}.`, { pointer });
    const from = new Date(validFrom);
    const [version] = await this.books.holding(tx, priceBookId, from, from);
    if (version && isConsistent(withTerms(version.prices, terms))) return;
    const detail = 'With the price book, ids of rates and fees differ, and discounts are on what there is.';
    throw agreementErrors.TermsInconsistent(detail, { pointer: '/terms' });
  }
}
