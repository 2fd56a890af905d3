import type { Metric, PriceBookVersion, RoundingMode } from '@berth/contracts/metering';
import type { Exact } from './exact.js';
import type { Unpriced } from './usage-charges.js';

/** A quotient that is not worked out yet. */
export interface Fraction {
  readonly numerator: Exact;
  readonly denominator: Exact;
}

export interface UsageOfApp {
  readonly appId: string;
  readonly metric: Metric;
  /** Base units: millicore-milliseconds, byte-milliseconds. */
  readonly quantity: bigint;
}

/** A part of a period in which one version of one price book held, and what was used in it. */
export interface Segment {
  /** With the terms of the agreement, where there is one. */
  readonly version: PriceBookVersion;
  /** Number of the agreement that held. */
  readonly agreement?: number;
  readonly from: Date;
  readonly to: Date;
  readonly usage: readonly UsageOfApp[];
}

export interface Tax {
  readonly id: string;
  readonly name: string;
  readonly percent: string;
}

export interface Credit {
  readonly id: string;
  readonly name: string;
  /** What is left of it, in smallest units. */
  readonly left: bigint;
}

/** A part off what is left of rates and fees in the whole period, after the discounts of its prices. */
export interface CouponDiscount {
  readonly id: string;
  readonly name: string;
  readonly percent: string;
  /** Ids of rates and fees; without: on all. */
  readonly on?: readonly string[] | undefined;
}

export interface RatingInput {
  readonly currency: string;
  readonly rounding: RoundingMode;
  /** In order; together they are the whole period. */
  readonly segments: readonly Segment[];
  /** Each on what the former left. */
  readonly coupons: readonly CouponDiscount[];
  readonly taxes: readonly Tax[];
  /** Used in this order. */
  readonly credits: readonly Credit[];
}

export type LineKind = 'usage' | 'fee' | 'discount' | 'minimum' | 'tax' | 'credit';

export interface RatedLine {
  readonly kind: LineKind;
  /** Of the rate, fee, discount, coupon, tax or credit. */
  readonly id: string;
  readonly name: string;
  /** Of the price book; null where no version says so. */
  readonly version: number | null;
  /** Absent where none held. */
  readonly agreement?: number;
  readonly from: Date;
  readonly to: Date;
  readonly usage: { readonly metric: Metric; readonly quantity: bigint } | null;
  /** Smallest units of the currency, rounded once. */
  readonly amount: bigint;
}

export interface Rating {
  readonly lines: readonly RatedLine[];
  /** Usage, fees, discounts and minimum. */
  readonly net: bigint;
  readonly tax: bigint;
  /** Not negative. */
  readonly credited: bigint;
  /** Net and tax less credits. */
  readonly due: bigint;
  readonly unpriced: readonly Unpriced[];
}
