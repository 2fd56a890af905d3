import type { CouponDiscount, Period, Rated, Tax } from '@berth/billing';
import type { ConfinedSql } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { Tariffs } from '../agreements/tariffs.js';
import { segmentsOf } from '../costs/cost.js';
import { CouponDiscountsRepository } from '../credits/coupon-discounts.repository.js';
import { UsageRepository } from '../usage/usage.repository.js';

export interface PeriodOf {
  readonly organizationId: string;
  readonly period: Period & { readonly timeZone: string };
  readonly priceBookId: string;
  /** Without: those of the month, as they are now. */
  readonly coupons?: readonly CouponDiscount[];
  readonly taxes: readonly Tax[];
}

/** What a period of an organization is rated from, as it is known now; without credits. */
@Injectable()
export class RatedPeriods {
  constructor(
    private readonly tariffs: Tariffs,
    private readonly usage: UsageRepository,
    private readonly discounts: CouponDiscountsRepository,
  ) {}

  /** What still runs is counted up to `countedUntil`. */
  async of(sql: ConfinedSql, about: PeriodOf, countedUntil: Date): Promise<Rated> {
    const { organizationId, period, priceBookId, taxes } = about;
    const coupons = about.coupons ?? (await this.discounts.holding(sql, organizationId, period.month));
    const { book, cuts } = await this.tariffs.of(sql, organizationId, period.from, period.to, priceBookId);
    const counted = cuts.map(({ from, to }) => ({ from, to: new Date(Math.max(+from, Math.min(+to, +countedUntil))) }));
    const segments = segmentsOf(cuts, await this.usage.byApp(sql, organizationId, counted));
    return { period, book, segments, coupons, taxes, credits: [] };
  }
}
