import { Audit, type AuditRecord, type Caller, changedFrom } from '@berth/access';
import { monthAfter, monthAt } from '@berth/billing';
import type { DiscountOfOrganization } from '@berth/contracts/metering';
import { Clock, Database, Ids, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { CouponDiscountsRepository, type NewDiscount } from './coupon-discounts.repository.js';
import type { CouponRow } from './coupons.repository.js';
import { creditErrors } from './credits.errors.js';

export type PercentCoupon = CouponRow & { readonly percent: string };

@Injectable()
export class CouponDiscountsService {
  constructor(
    private readonly discounts: CouponDiscountsRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly audit: Audit,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** From the month that it is redeemed in, whole. The caller holds the lock of the account. */
  async give(
    tx: Tx,
    by: Caller,
    organizationId: string,
    { code, name, percent, on, months }: PercentCoupon,
  ): Promise<DiscountOfOrganization> {
    const createdAt = this.clock.now();
    const firstMonth = monthAt(createdAt, await this.timeZoneOf(tx, organizationId)).month;
    const lastMonth = months === null ? null : monthAfter(firstMonth, months - 1);
    const terms = { percent, on, coupon: code, firstMonth, lastMonth };
    const discount = { id: this.ids.next(), organizationId, name, createdAt, ...terms };
    await this.discounts.insert(tx, discount);
    await this.record(tx, by, 'credits:redeem', discount, { detail: terms });
    return { ...discount, createdAt: createdAt.toISOString(), revokedAt: null };
  }

  /** Invoices that were issued before keep it, and so do their corrections. */
  revoke(by: Caller, id: string): Promise<DiscountOfOrganization> {
    return this.database.transaction(async (tx) => {
      const found = await this.discounts.find(tx, id);
      if (!found) throw creditErrors.DiscountNotFound('There is no such discount.');
      await this.accounts.lock(tx, found.organizationId);
      const revokedAt = this.clock.now();
      if (!(await this.discounts.revoke(tx, id, revokedAt)))
        throw creditErrors.DiscountRevoked('The discount is revoked already.');
      await this.record(tx, by, 'credits:update', found, {
        detail: { isRevoked: true },
        change: changedFrom({ revokedAt: null }, { revokedAt }),
      });
      return { ...found, revokedAt: revokedAt.toISOString() };
    });
  }

  private async timeZoneOf(tx: Tx, organizationId: string): Promise<string> {
    const account = await this.accounts.find(tx, organizationId);
    if (!account) throw new Error(`billing account ${organizationId} vanished`);
    return account.timeZone;
  }

  private async record(
    tx: Tx,
    by: Caller,
    action: 'credits:update' | 'credits:redeem',
    { id, organizationId }: Pick<NewDiscount, 'id' | 'organizationId'>,
    said: Pick<AuditRecord, 'detail' | 'change'>,
  ): Promise<void> {
    await this.audit.record(tx, { by, action, target: { kind: 'coupon-discount', id }, organizationId, ...said });
  }
}
