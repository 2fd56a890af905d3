/**
 * The second implementation of rating, for tests alone: slow, exact, and without a line of the first. It prices by the
 * price of the whole up to a point, less that of the whole up to the point before, on rational numbers.
 */
import type { Metric, PriceList } from '@berth/contracts/metering';
import type { RatingInput } from '../src/rating/rating.js';

class Rational {
  constructor(
    readonly top: bigint,
    readonly bottom = 1n,
  ) {}

  static of(text: string | number | bigint): Rational {
    const [whole = '0', decimals = ''] = text.toString().split('.');
    return new Rational(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  }

  plus = (other: Rational) =>
    new Rational(this.top * other.bottom + other.top * this.bottom, this.bottom * other.bottom);
  minus = (other: Rational) => this.plus(new Rational(-other.top, other.bottom));
  times = (other: Rational) => new Rational(this.top * other.top, this.bottom * other.bottom);
  over = (other: Rational) => new Rational(this.top * other.bottom, this.bottom * other.top);
  isAbove = (other: Rational) => this.top * other.bottom > other.top * this.bottom;

  /** Only for what is not negative. */
  floor = () => this.top / this.bottom;

  ceiling(): bigint {
    return this.top % this.bottom === 0n ? this.floor() : this.floor() + 1n;
  }

  round(mode: RatingInput['rounding']): bigint {
    if (this.top < 0n) return -new Rational(-this.top, this.bottom).round(mode);
    const below = this.floor();
    const rest = this.minus(new Rational(below));
    const half = new Rational(1n, 2n);
    if (rest.isAbove(half)) return below + 1n;
    if (half.isAbove(rest)) return below;
    return mode === 'half-up' || below % 2n === 1n ? below + 1n : below;
  }
}

const nothing = new Rational(0n);
const total = (all: readonly Rational[]) => all.reduce((a, b) => a.plus(b), nothing);
const smaller = (a: Rational, b: Rational) => (a.isAbove(b) ? b : a);

const hour = 3_600_000n;
export const unitSize: Record<Metric, bigint> = {
  cpu: 1_000n * hour,
  memory: 1_073_741_824n * hour,
  storage: 1_073_741_824n * hour,
  build: 1_000n * hour,
  egress: 1_073_741_824n,
  domain: 3_600_000n,
};
const decimals: Record<string, bigint> = { JPY: 1n, EUR: 100n, KWD: 1_000n };

type SlowRate = PriceList['rates'][number];
type AppUnits = ReadonlyMap<string, Rational>;

/** Units that cost something, of what each app used so far. */
function costly({ free }: SlowRate, used: AppUnits): Rational {
  const all = [...used.values()];
  if (!free) return total(all);
  const allowance = Rational.of(free.quantity);
  const less = (units: Rational) => (units.isAbove(allowance) ? units.minus(allowance) : nothing);
  return free.of === 'app' ? total(all.map(less)) : less(total(all));
}

/** Price of the first `units`, if the period ends with `whole`. */
function priceUpTo({ pricing }: SlowRate, units: Rational, whole: Rational): Rational {
  switch (pricing.kind) {
    case 'per-unit':
      return units.times(Rational.of(pricing.price));
    case 'package':
      return new Rational(units.over(Rational.of(pricing.size)).ceiling()).times(Rational.of(pricing.price));
    case 'volume': {
      const tier = pricing.tiers.find(({ upTo }) => upTo === null || !whole.isAbove(Rational.of(upTo)));
      return units.times(Rational.of(tier!.price));
    }
    case 'graduated':
      return tierByTier(pricing.tiers, units);
  }
}

function tierByTier(tiers: readonly { upTo: string | null; price: string }[], units: Rational): Rational {
  let [price, done] = [nothing, nothing];
  for (const tier of tiers) {
    const end = tier.upTo === null ? units : smaller(units, Rational.of(tier.upTo));
    if (!end.isAbove(done)) break;
    price = price.plus(end.minus(done).times(Rational.of(tier.price)));
    done = end;
  }
  return price;
}

function usedUpTo({ segments }: RatingInput, metric: Metric, count: number): AppUnits {
  const used = new Map<string, Rational>();
  for (const { usage } of segments.slice(0, count))
    for (const each of usage.filter((one) => one.metric === metric)) {
      const units = new Rational(each.quantity, unitSize[metric]);
      used.set(each.appId, (used.get(each.appId) ?? nothing).plus(units));
    }
  return used;
}

/** One smallest unit after the other goes to whoever is owed most; at equal debts to the first. */
function spread(size: bigint, weights: readonly bigint[]): bigint[] {
  const all = weights.reduce((a, b) => a + b, 0n);
  const given = weights.map((weight) => (all === 0n ? 0n : (size * weight) / all));
  for (let left = size - given.reduce((a, b) => a + b, 0n); left > 0n; left--) {
    const owed = weights.map((weight, index) => size * weight - given[index]! * all);
    given[owed.indexOf(owed.reduce((a, b) => (b > a ? b : a)))]! += 1n;
  }
  return given;
}

/** Amounts of the lines in the order in which an invoice shows them, and what is due. */
export function slowRate(input: RatingInput): { readonly amounts: bigint[]; readonly due: bigint } {
  const scale = new Rational(decimals[input.currency]!);
  const round = (amount: Rational) => amount.times(scale).round(input.rounding);
  const length = (part: { from: Date; to: Date }) => new Rational(BigInt(part.to.getTime() - part.from.getTime()));
  const period = total(input.segments.map(length));

  const sold: { segment: number; id: string; amount: bigint }[] = [];
  for (const metric of ['cpu', 'memory', 'storage', 'build', 'egress', 'domain'] as const)
    input.segments.forEach(({ version, usage }, segment) => {
      const rate = version.prices.rates.find((each) => each.metric === metric);
      if (!rate || !usage.some((each) => each.metric === metric && each.quantity > 0n)) return;
      const whole = costly(rate, usedUpTo(input, metric, input.segments.length));
      const [before, after] = [segment, segment + 1].map((count) => costly(rate, usedUpTo(input, metric, count)));
      const price = priceUpTo(rate, after!, whole).minus(priceUpTo(rate, before!, whole));
      sold.push({ segment, id: rate.id, amount: round(price) });
    });
  input.segments.forEach((segment, index) => {
    for (const { id, amount } of segment.version.prices.fees)
      sold.push({ segment: index, id, amount: round(Rational.of(amount).times(length(segment)).over(period)) });
  });

  const amounts = sold.map(({ amount }) => amount);
  const leftOver = sold.map((line) => ({ ...line }));
  input.segments.forEach((segment, index) => {
    const left = leftOver.filter((line) => line.segment === index);
    for (const { percent, amount, on } of segment.version.prices.discounts) {
      const lines = left.filter(({ id }) => !on || on.includes(id));
      const base = lines.reduce((sum, line) => sum + line.amount, 0n);
      const wanted = percent
        ? new Rational(base).times(Rational.of(percent)).over(new Rational(100n)).round(input.rounding)
        : round(Rational.of(amount!).times(length(segment)).over(period));
      const size = wanted < base ? wanted : base;
      const weights = lines.map((line) => line.amount);
      spread(size, weights).forEach((part, at) => (lines[at]!.amount -= part));
      if (size > 0n) amounts.push(-size);
    }
  });
  for (const { percent, on } of input.coupons) {
    const lines = leftOver.filter(({ id }) => !on || on.includes(id));
    const base = lines.reduce((sum, line) => sum + line.amount, 0n);
    const size = new Rational(base).times(Rational.of(percent)).over(new Rational(100n)).round(input.rounding);
    const weights = lines.map((line) => line.amount);
    spread(size, weights).forEach((part, at) => (lines[at]!.amount -= part));
    if (size > 0n) amounts.push(-size);
  }

  let net = amounts.reduce((a, b) => a + b, 0n);
  const parts = input.segments.map((each) => Rational.of(each.version.prices.minimum ?? '0').times(length(each)));
  const minimum = round(total(parts).over(period));
  if (minimum > net) {
    amounts.push(minimum - net);
    net = minimum;
  }
  let due = net;
  for (const { percent } of input.taxes) {
    const tax = new Rational(net).times(Rational.of(percent)).over(new Rational(100n)).round(input.rounding);
    amounts.push(tax);
    due += tax;
  }
  for (const { left } of input.credits) {
    const used = left > due ? due : left;
    if (used > 0n) amounts.push(-used);
    due -= used;
  }
  return { amounts, due };
}
