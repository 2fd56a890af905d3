import { Audit, type Caller } from '@berth/access';
import { isCurrency } from '@berth/billing';
import type { Coupon, CreateCoupon, RedeemCoupon, Redemption } from '@berth/contracts/metering';
import { Clock, Database, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { CouponDiscountsService } from './coupon-discounts.service.js';
import { type CouponRow, CouponsRepository, couponTold } from './coupons.repository.js';
import { creditErrors } from './credits.errors.js';
import { CreditsService, minorOf } from './credits.service.js';

const DAY = 86_400_000;

/** Null: it is a percentage. */
function amountOf({ amount, currency }: CreateCoupon): bigint | null {
  if (amount === null || currency === null) return null;
  if (!isCurrency(currency))
    throw creditErrors.CurrencyUnknown(`ISO 4217 knows no ${currency}.`, { pointer: '/currency' });
  return minorOf(amount, currency);
}

@Injectable()
export class CouponsService {
  constructor(
    private readonly coupons: CouponsRepository,
    private readonly credits: CreditsService,
    private readonly discounts: CouponDiscountsService,
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  create(caller: Caller, body: CreateCoupon): Promise<Coupon> {
    const { code, endsAt } = body;
    const times = { endsAt: endsAt === null ? null : new Date(endsAt), createdAt: this.clock.now() };
    const coupon = { ...body, ...times, amount: amountOf(body), redeemed: 0 };
    return this.database.transaction(async (tx) => {
      if (!(await this.coupons.insert(tx, coupon)))
        throw creditErrors.CouponTaken(`There is a coupon ${code} already.`);
      const target = { kind: 'coupon', id: code };
      await this.audit.record(tx, { by: caller, action: 'credits:update', target, organizationId: null, detail: {} });
      return couponTold(coupon);
    });
  }

  redeem(caller: Caller, { organization: organizationId, code }: RedeemCoupon): Promise<Redemption> {
    return this.database.transaction(async (tx) => {
      const currency = await this.credits.currencyOf(tx, organizationId);
      const coupon = await this.redeemable(tx, organizationId, code);
      const { name, amount, percent, creditDays } = coupon;
      if (percent !== null) {
        await this.coupons.count(tx, code);
        return this.discounts.give(tx, caller, organizationId, { ...coupon, percent });
      }
      if (coupon.currency !== currency || amount === null)
        throw creditErrors.CouponOtherCurrency(`The coupon is in ${coupon.currency}, the invoices are in ${currency}.`);
      await this.coupons.count(tx, code);
      const expiresAt = creditDays === null ? null : new Date(this.clock.now().getTime() + creditDays * DAY);
      return this.credits.give(tx, caller, { organizationId, name, currency, amount, coupon: code, expiresAt });
    });
  }

  private async redeemable(tx: Tx, organizationId: string, code: string): Promise<CouponRow> {
    const coupon = await this.coupons.lock(tx, code);
    if (!coupon) throw creditErrors.CouponUnknown('There is no such coupon.', { pointer: '/code' });
    if (await this.coupons.redeemed(tx, code, organizationId))
      throw creditErrors.CouponRedeemed('The organization has redeemed it before.');
    const isOver = coupon.endsAt !== null && coupon.endsAt <= this.clock.now();
    if (isOver || coupon.redeemed === coupon.limit)
      throw creditErrors.CouponOver('The coupon cannot be redeemed any more.');
    return coupon;
  }
}
