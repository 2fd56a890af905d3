import { Audit, type Caller } from '@berth/access';
import type { ClosingChecklist, CreateWaiver, Waiver } from '@berth/contracts/metering';
import { Clock, Database } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { hindranceOf } from './checklist.js';
import { closingErrors } from './closings.errors.js';
import { existing, lockedAccount } from './locked-account.js';
import { PeriodLooks } from './period-looks.js';
import { WaiversRepository } from './waivers.repository.js';

@Injectable()
export class ClosingsService {
  constructor(
    private readonly accounts: BillingAccountsRepository,
    private readonly looks: PeriodLooks,
    private readonly waivers: WaiversRepository,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError 404 `nothing_to_close` */
  checklist(organizationId: string): Promise<ClosingChecklist> {
    return this.database.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      const account = existing(await this.accounts.find(tx, organizationId));
      const { period, checks, unpriced } = await this.looks.of(tx, account);
      return {
        organizationId,
        period: { ...period, from: period.from.toISOString(), to: period.to.toISOString() },
        closable: hindranceOf(checks) === undefined,
        ...{ checks: [...checks], unpriced },
      };
    });
  }

  /**
   * The usage stays in the invoice's sums and on the invoice, without a charge.
   * @throws DomainError 409 `nothing_to_waive` when there is no such usage, or it is waived already
   */
  waive(caller: Caller, organizationId: string, { month, metric, reason }: CreateWaiver): Promise<Waiver> {
    return this.database.transaction(async (tx) => {
      const account = await lockedAccount(tx, this.accounts, organizationId);
      const { unpriced } = await this.looks.of(tx, account);
      const found = unpriced.filter((each) => each.month === month && each.metric === metric);
      if (found.every(({ waiver }) => waiver !== null))
        throw closingErrors.NothingToWaive(`No usage of ${metric} in ${month} waits for a price.`);
      const now = this.clock.now();
      const waiver = { month, metric, reason, waivedBy: caller.subjectId, waivedAt: now.toISOString() };
      await this.waivers.insert(tx, organizationId, waiver);
      await this.accounts.lookAgain(tx, organizationId, now, account.blocked);
      const target = { kind: 'billing-account', id: organizationId };
      const quantity = found.map((each) => each.quantity).join(', ');
      const detail = { waived: metric, month, quantity, reason };
      await this.audit.record(tx, { by: caller, action: 'invoices:update', target, organizationId, detail });
      return waiver;
    });
  }
}
