import { metric } from '@berth/contracts/metering';
import { digitsOf } from './currency.js';
import { type Discountable, discounted, type Discounting, type Reduction } from './discounts.js';
import { exact, roundQuotient, sum } from './exact.js';
import { unitOf } from './metrics.js';
import type { Fraction, RatedLine, Rating, RatingInput, Segment } from './rating.js';
import { unpricedUsage, usageCharges } from './usage-charges.js';

/**
 * Prices a period. Each line is computed exactly and rounded once; every total is a sum of rounded lines. In order: usage
 * and fees, discounts of the prices, discounts by coupons, what is missing to the minimum, taxes on that, credits off the
 * result.
 */
export function rate(input: RatingInput): Rating {
  const unpriced = metric.options.flatMap((each) => unpricedUsage(input.segments, each));
  if (input.segments.length === 0) return { lines: [], net: 0n, tax: 0n, credited: 0n, due: 0n, unpriced };
  const sold = [...usageLines(input), ...input.segments.flatMap((segment) => feeLines(input, segment))];
  const left = sold.map((line): Left => ({ line, id: line.id, left: line.amount }));
  const lines = [...sold, ...input.segments.flatMap((segment) => discountLines(input, segment, left))];
  lines.push(...couponLines(input, left));
  const missing = minimumLine(input, totalOf(lines));
  if (missing) lines.push(missing);
  const net = totalOf(lines);
  const taxes = taxLines(input, net);
  const credits = creditLines(input, net + totalOf(taxes));
  const [tax, credited] = [totalOf(taxes), -totalOf(credits)];
  return {
    ...{ lines: [...lines, ...taxes, ...credits], net, tax, credited, due: net + tax - credited },
    unpriced,
  };
}

const one = exact(1);

const totalOf = (lines: readonly RatedLine[]): bigint => lines.reduce((all, { amount }) => all + amount, 0n);

const round = ({ currency, rounding }: RatingInput, { numerator, denominator }: Fraction): bigint =>
  roundQuotient(numerator, denominator, digitsOf(currency), rounding);

const milliseconds = ({ from, to }: Pick<Segment, 'from' | 'to'>) => exact(to.getTime() - from.getTime());

/** The part of the period that a segment is. */
const partOf = ({ segments }: RatingInput, segment: Segment): Fraction => ({
  numerator: milliseconds(segment),
  denominator: sum(segments.map(milliseconds)),
});

/** Where the prices of a line come from. */
const originOf = ({ version, agreement, from, to }: Segment) => ({
  ...{ version: version.version, from, to },
  ...(agreement === undefined ? {} : { agreement }),
});

/** Whether a line is charged by the prices of a segment. */
export const isOf = (line: Pick<RatedLine, 'version' | 'agreement'>, { version, agreement }: Segment): boolean =>
  line.version === version.version && line.agreement === agreement;

const usageLines = (input: RatingInput): RatedLine[] =>
  metric.options
    .flatMap((each) => usageCharges(input.segments, each))
    .map(({ segment, rate: { id, name, metric: measured }, quantity, charge }) => ({
      ...{ kind: 'usage', id, name, ...originOf(segment) },
      usage: { metric: measured, quantity },
      amount: round(input, { numerator: charge, denominator: unitOf[measured].size }),
    }));

const feeLines = (input: RatingInput, segment: Segment): RatedLine[] =>
  segment.version.prices.fees.map(({ id, name, amount }) => {
    const { numerator, denominator } = partOf(input, segment);
    return {
      ...{ kind: 'fee', id, name, ...originOf(segment), usage: null },
      amount: round(input, { numerator: numerator.times(amount), denominator }),
    };
  });

/** What the discounts so far left of a line. */
interface Left extends Discountable {
  readonly line: RatedLine;
}

/** Takes them off `left`, each off what the former left. */
function reductions<Item extends Reduction>(left: readonly Left[], all: readonly Item[], by: Discounting) {
  return all.map((reduction) => ({ reduction, size: discounted(left, reduction, by) })).filter(({ size }) => size > 0n);
}

function discountLines(input: RatingInput, segment: Segment, left: readonly Left[]): RatedLine[] {
  const by = { digits: digitsOf(input.currency), rounding: input.rounding, part: partOf(input, segment) };
  const own = left.filter(({ line }) => isOf(line, segment));
  return reductions(own, segment.version.prices.discounts, by).map(({ reduction: { id, name }, size }) => ({
    ...{ kind: 'discount', id, name, ...originOf(segment), usage: null, amount: -size },
  }));
}

/** One line for the whole period, whatever prices held in it. */
function couponLines(input: RatingInput, left: readonly Left[]): RatedLine[] {
  const by = { digits: digitsOf(input.currency), rounding: input.rounding, part: { numerator: one, denominator: one } };
  return reductions(left, input.coupons, by).map(({ reduction: { id, name }, size }) => ({
    ...{ kind: 'discount', id, name, ...whole(input), amount: -size },
  }));
}

function minimumLine(input: RatingInput, net: bigint): RatedLine | undefined {
  const parts = input.segments.map((segment) => milliseconds(segment).times(segment.version.prices.minimum ?? 0));
  const denominator = sum(input.segments.map(milliseconds));
  const minimum = round(input, { numerator: sum(parts), denominator });
  if (net >= minimum) return undefined;
  const line = { kind: 'minimum', id: 'minimum', name: 'Minimum of the period' } as const;
  return { ...line, ...whole(input), amount: minimum - net };
}

const taxLines = (input: RatingInput, net: bigint): RatedLine[] =>
  input.taxes.map(({ id, name, percent }) => ({
    ...{ kind: 'tax', id, name, ...whole(input) },
    amount: roundQuotient(exact(net).times(percent), exact(100), 0, input.rounding),
  }));

function creditLines(input: RatingInput, due: bigint): RatedLine[] {
  let open = due;
  const lines: RatedLine[] = [];
  for (const { id, name, left } of input.credits) {
    const used = left < open ? left : open;
    if (used <= 0n) continue;
    open -= used;
    lines.push({ kind: 'credit', id, name, ...whole(input), amount: -used });
  }
  return lines;
}

/** What is about the period, not about a version. */
const whole = ({ segments }: RatingInput) => {
  const [first, last] = [segments.at(0), segments.at(-1)];
  if (!first || !last) throw new RangeError('a period has at least one segment');
  return { version: null, from: first.from, to: last.to, usage: null };
};
