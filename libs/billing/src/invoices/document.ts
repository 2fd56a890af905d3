import type { Correction, InvoiceDocument, InvoiceLine, Metric, PriceBook } from '@berth/contracts/metering';
import type { Period } from '../periods/period.js';
import { digitsOf, formatMinor } from '../rating/currency.js';
import { unitOf } from '../rating/metrics.js';
import { isOf, rate } from '../rating/rate.js';
import type { CouponDiscount, Credit, RatedLine, Rating, Segment, Tax } from '../rating/rating.js';
import { shares } from '../rating/shares.js';
import { canonicalText, sha256Of } from './canonical.js';
import { type CorrectedLine, differences, identityOf } from './corrections.js';

/** A period of an organization as it is rated. */
export interface Rated {
  readonly period: Period & { readonly timeZone: string };
  readonly book: Pick<PriceBook, 'id' | 'name' | 'currency' | 'rounding'>;
  readonly segments: readonly Segment[];
  /** Of the month, in this order. */
  readonly coupons: readonly CouponDiscount[];
  readonly taxes: readonly Tax[];
  /** What there is to take off, in this order. */
  readonly credits: readonly Credit[];
}

/** What an earlier invoice must be corrected by. */
export interface LateUsage {
  readonly invoice: string;
  readonly month: string;
  readonly currency: string;
  readonly cuts: { readonly from: string; readonly to: string };
  readonly before: readonly CorrectedLine[];
  readonly after: readonly CorrectedLine[];
}

export interface InvoiceInput extends Rated {
  /** Null: a preview. */
  readonly number: string | null;
  readonly issuedAt: Date | null;
  readonly issuer: string;
  readonly organizationId: string;
  readonly cut: string;
  readonly spans: InvoiceDocument['spans'];
  /** What used anything, as it is called; undefined or empty: the invoice does not say so. */
  readonly names: InvoiceDocument['names'];
  readonly corrections: readonly LateUsage[];
  /** Why usage that no rate is for is not charged. */
  readonly waivers?: readonly { readonly metric: Metric; readonly reason: string }[];
  /** Who sells, who buys and until when it must be paid, as far as somebody said so. */
  readonly parties: Pick<InvoiceDocument, 'seller' | 'buyer' | 'payUntil'>;
  readonly codeVersion: string;
}

export const ratingOf = ({ book, segments, coupons, taxes, credits }: Rated): Rating =>
  rate({ currency: book.currency, rounding: book.rounding, segments, coupons, taxes, credits });

/** Everything that an invoice says, from everything that it depends on. */
export function documentOf(input: InvoiceInput): InvoiceDocument {
  const { book, period } = input;
  const digits = digitsOf(book.currency);
  const text = (amount: bigint) => formatMinor(amount, digits);
  const rating = ratingOf(input);
  const corrections = input.corrections.map(correctionOf).filter(({ lines }) => lines.length > 0);
  const corrected = input.corrections
    .flatMap(({ before, after }) => differences(before, after))
    .reduce((all, { amount }) => all + amount, 0n);
  return {
    ...{ number: input.number, issuer: input.issuer, organizationId: input.organizationId },
    ...input.parties,
    period: { ...period, from: period.from.toISOString(), to: period.to.toISOString() },
    issuedAt: input.issuedAt?.toISOString() ?? null,
    currency: book.currency,
    rounding: { mode: book.rounding, decimals: digits },
    priceBook: { id: book.id, name: book.name, versions: input.segments.map(versionOf) },
    ...{ taxes: [...input.taxes], cut: input.cut, spans: input.spans },
    ...(input.coupons.length > 0 && { coupons: input.coupons.map(couponOf) }),
    ...(input.credits.length > 0 && { credits: input.credits.map((each) => ({ ...each, left: text(each.left) })) }),
    ...(input.names && input.names.length > 0 && { names: input.names }),
    lines: rating.lines.map((line) => lineOf(line, input.segments, digits)),
    ...(rating.unpriced.length > 0 && { unpriced: unpricedOf(rating, input) }),
    corrections,
    totals: {
      ...{ net: text(rating.net), tax: text(rating.tax), credited: text(rating.credited) },
      ...{ corrected: text(corrected), due: text(rating.due + corrected) },
    },
    codeVersion: input.codeVersion,
  };
}

const couponOf = ({ id, name, percent, on }: CouponDiscount) => ({ id, name, percent, ...(on && { on: [...on] }) });

const versionOf = ({ version, agreement, from, to }: Segment) => ({
  ...{ version: version.version, from: from.toISOString(), to: to.toISOString() },
  ...(agreement === undefined ? {} : { agreement }),
  sha256: sha256Of(canonicalText(version.prices)),
});

const unpricedOf = ({ unpriced }: Rating, { waivers = [] }: InvoiceInput) =>
  unpriced.map(({ metric, version, quantity }) => ({
    ...{ metric, version, quantity: quantity.toString() },
    waived: waivers.find((each) => each.metric === metric)?.reason ?? null,
  }));

function lineOf(line: RatedLine, segments: readonly Segment[], digits: number): InvoiceLine {
  const { usage } = line;
  return {
    ...{ ...identityOf(line), from: line.from.toISOString(), to: line.to.toISOString() },
    usage: usage && {
      ...{ metric: usage.metric, quantity: usage.quantity.toString(), unit: unitOf[usage.metric].name },
    },
    amount: formatMinor(line.amount, digits),
    apps: appsOf(line, segments, digits),
  };
}

function appsOf(line: RatedLine, segments: readonly Segment[], digits: number) {
  const { usage, amount } = line;
  if (!usage) return [];
  const used = segments
    .filter((segment) => isOf(line, segment))
    .flatMap((segment) => segment.usage)
    .filter((each) => each.metric === usage.metric && each.quantity > 0n);
  const parts = shares(
    amount,
    used.map(({ quantity }) => quantity),
  );
  return used.map(({ appId, quantity }, index) => ({
    ...{ appId, quantity: quantity.toString(), amount: formatMinor(parts[index] ?? 0n, digits) },
  }));
}

function correctionOf({ invoice, month, currency, cuts, before, after }: LateUsage): Correction {
  const digits = digitsOf(currency);
  const lines = differences(before, after);
  const text = ({ amount, ...line }: CorrectedLine) => ({ ...line, amount: formatMinor(amount, digits) });
  const total = lines.reduce((all, { amount }) => all + amount, 0n);
  return { invoice, month, cuts, lines: lines.map(text), total: formatMinor(total, digits) };
}
