import { Audit, type Caller } from '@berth/access';
import { calendarMonth } from '@berth/billing';
import type { ReopenPeriod } from '@berth/contracts/metering';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { openPeriod } from '../invoices/invoice-drafts.js';
import { closingErrors } from './closings.errors.js';
import { ClosingsRepository } from './closings.repository.js';
import { lockedAccount } from './locked-account.js';
import { WaiversRepository } from './waivers.repository.js';

/** Time to change what was wrong, before the period is closed again by itself. */
const UNTIL_CLOSED_AGAIN = 86_400_000;

@Injectable()
export class ReopeningService {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly closings: ClosingsRepository,
    private readonly waivers: WaiversRepository,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens a month again that was closed without an invoice, and those after it. Their waivers are void.
   * @throws DomainError 409 `period_issued` when it or a later one has an invoice, 409 `period_not_closed`
   */
  reopen(caller: Caller, organizationId: string, { month, reason }: ReopenPeriod): Promise<void> {
    return this.database.transaction(async (tx) => {
      const account = await lockedAccount(tx, this.accounts, organizationId);
      if (month >= openPeriod(account).month) throw closingErrors.PeriodNotClosed(`${month} is not closed.`);
      if (await this.closings.hasInvoiceSince(tx, organizationId, month))
        throw closingErrors.PeriodIssued('There is an invoice: what was issued is corrected by the next one, or void.');
      const { from } = calendarMonth(month, account.timeZone);
      await this.accounts.open(tx, organizationId, from);
      await this.waivers.forgetFrom(tx, organizationId, month);
      const again = new Date(this.clock.now().getTime() + UNTIL_CLOSED_AGAIN);
      await this.accounts.lookAgain(tx, organizationId, again, null);
      const target = { kind: 'billing-account', id: organizationId };
      const detail = { reopened: month, reason };
      await this.audit.record(tx, { by: caller, action: 'invoices:update', target, organizationId, detail });
    });
  }
}
