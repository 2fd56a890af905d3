import { Audit, type Caller, changedFrom, concealed } from '@berth/access';
import { isTimeZone } from '@berth/billing';
import type { BillingAccount, UpdateBillingAccount } from '@berth/contracts/metering';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { PriceBooksRepository } from '../price-books/price-books.repository.js';
import { billingAccountErrors } from './billing-accounts.errors.js';
import { type AccountRow, BillingAccountsRepository } from './billing-accounts.repository.js';

@Injectable()
export class BillingAccountsService {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly books: PriceBooksRepository,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async find(organizationId: string): Promise<BillingAccount> {
    const account = await this.accounts.find(this.database, organizationId);
    if (!account) throw billingAccountErrors.BillingAccountNotFound('The organization has used nothing yet.');
    return told(account);
  }

  /** Makes the account when there is none yet. */
  update(caller: Caller, organizationId: string, change: UpdateBillingAccount): Promise<BillingAccount> {
    return this.database.transaction(async (tx) => {
      await this.accounts.ensure(tx, organizationId, this.clock.now());
      const account = await this.accounts.lock(tx, organizationId);
      if (!account) throw new Error(`billing account ${organizationId} vanished`);
      const wanted = { ...account, ...change };
      await this.requirePossible(tx, account, wanted);
      await this.accounts.update(tx, wanted);
      const target = { kind: 'billing-account', id: organizationId };
      // Whom bills are sent to may be a person, and an entry outlives people.
      const said = concealed(changedFrom(told(account), told(wanted)), 'billTo', 'taxId');
      await this.audit.record(tx, {
        ...{ by: caller, action: 'billing-accounts:update', target, organizationId, change: said },
      });
      return told(wanted);
    });
  }

  private async requirePossible(tx: Tx, account: AccountRow, wanted: AccountRow): Promise<void> {
    if (!isTimeZone(wanted.timeZone))
      throw billingAccountErrors.TimeZoneUnknown(`There is no zone ${wanted.timeZone}.`);
    if (account.hasInvoices && wanted.timeZone !== account.timeZone)
      throw billingAccountErrors.TimeZoneFixed('Periods would overlap: there are invoices in the former time zone.');
    const book = await this.books.find(tx, wanted.priceBookId);
    if (!book) throw billingAccountErrors.PriceBookUnknown('There is no such price book.');
    if ((account.hasInvoices || account.hasAgreements) && book.currency !== account.currency)
      throw billingAccountErrors.CurrencyFixed(
        'There are agreements, or invoices in the former currency, which may need corrections.',
      );
    if (account.hasAgreements && book.rounding !== account.rounding)
      throw billingAccountErrors.RoundingFixed('There are agreements, and an invoice is rounded in one way.');
  }
}

const told = (row: AccountRow): BillingAccount => {
  const { organizationId, timeZone, priceBookId, issuer, taxes, country, taxId, billTo, blocked } = row;
  return { organizationId, timeZone, priceBookId, issuer, taxes, country, taxId, billTo, blocked };
};
