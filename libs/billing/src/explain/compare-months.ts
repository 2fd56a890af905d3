import { type ChangeCause, metric, type Metric } from '@berth/contracts/metering';
import { type Rated, ratingOf } from '../invoices/document.js';
import { exact, roundQuotient } from '../rating/exact.js';
import type { LineKind, Rating, Segment, UsageOfApp } from '../rating/rating.js';

/** How an app used a month. */
export interface AppActivity {
  readonly appId: string;
  /** While at least one instance ran. */
  readonly milliseconds: bigint;
  readonly instanceMilliseconds: bigint;
  /** Base units. */
  readonly quantity: Readonly<Record<Metric, bigint>>;
}

export interface Month {
  readonly rated: Rated;
  readonly activity: readonly AppActivity[];
}

export interface Change {
  readonly cause: ChangeCause;
  readonly appId: string | null;
  readonly metric: Metric | null;
  /** Smallest units. */
  readonly amount: bigint;
}

export interface Comparison {
  /** Net and tax, in smallest units. */
  readonly before: bigint;
  readonly after: bigint;
  /** They add up to the difference; the biggest first. */
  readonly changes: readonly Change[];
}

/** Why `after` costs other than `before`. Both are in one currency. */
export function compareMonths(before: Month, after: Month): Comparison {
  const [first, second] = [ratingOf(before.rated), ratingOf(after.rated)];
  const atFormerPrices = ratingOf({ ...after.rated, segments: [segmentAt(before.rated, after.rated)] });
  const changes = [
    ...metric.options.flatMap((each) => usageChanges(each, before, after, [first, atFormerPrices, second])),
    ...(['fee', 'discount', 'minimum', 'tax'] as const).map((kind) =>
      changeOf(kind, kindTotal(second, kind) - kindTotal(first, kind)),
    ),
  ];
  const found = changes.filter(({ amount }) => amount !== 0n).toSorted((a, b) => (size(a) < size(b) ? 1 : -1));
  return { before: first.net + first.tax, after: second.net + second.tax, changes: found };
}

const size = ({ amount }: Change): bigint => (amount < 0n ? -amount : amount);

const changeOf = (
  cause: ChangeCause,
  amount: bigint,
  of: Metric | null = null,
  appId: string | null = null,
): Change => ({
  ...{ cause, amount, metric: of, appId },
});

/** All that was used in a month, charged by what held at the end of another. */
function segmentAt({ segments: former }: Rated, { segments }: Rated): Segment {
  const [last, begin, end] = [former.at(-1), segments.at(0), segments.at(-1)];
  if (!last || !begin || !end) throw new RangeError('a period has at least one segment');
  return { version: last.version, from: begin.from, to: end.to, usage: merged(segments.flatMap(({ usage }) => usage)) };
}

function merged(usage: readonly UsageOfApp[]): UsageOfApp[] {
  const sums = new Map<string, UsageOfApp>();
  for (const each of usage) {
    const key = `${each.appId}/${each.metric}`;
    sums.set(key, { ...each, quantity: each.quantity + (sums.get(key)?.quantity ?? 0n) });
  }
  return [...sums.values()];
}

const kindTotal = ({ lines }: Rating, kind: LineKind): bigint =>
  lines.filter((line) => line.kind === kind).reduce((all, { amount }) => all + amount, 0n);

const usageTotal = ({ lines }: Rating, of: Metric): bigint =>
  lines.filter(({ usage }) => usage?.metric === of).reduce((all, { amount }) => all + amount, 0n);

function usageChanges(of: Metric, before: Month, after: Month, ratings: readonly [Rating, Rating, Rating]): Change[] {
  const [first, atFormerPrices, second] = ratings.map((rating) => usageTotal(rating, of)) as [bigint, bigint, bigint];
  const price = unitPrice([
    { amount: first, quantity: quantityOf(before, of) },
    { amount: atFormerPrices, quantity: quantityOf(after, of) },
  ]);
  const valued = ({ numerator, denominator }: QuantityChange) =>
    roundQuotient(exact(numerator * price.amount), exact(denominator * price.quantity), 0, 'half-even');
  const apps = [...new Set([...before.activity, ...after.activity].map(({ appId }) => appId))];
  const changes = apps.flatMap((appId) =>
    appChanges(of, find(before, appId), find(after, appId)).map((each) =>
      changeOf(each.cause, valued(each), of, appId),
    ),
  );
  const explained = changes.reduce((all, { amount }) => all + amount, 0n);
  const tiers = changeOf('tiers', atFormerPrices - first - explained, of);
  return [...changes, tiers, changeOf('price', second - atFormerPrices, of)];
}

const find = ({ activity }: Month, appId: string): AppActivity | undefined =>
  activity.find((each) => each.appId === appId);

const quantityOf = ({ activity }: Month, of: Metric): bigint =>
  activity.reduce((all, { quantity }) => all + quantity[of], 0n);

/** Of the first that used anything. */
function unitPrice(months: readonly { readonly amount: bigint; readonly quantity: bigint }[]) {
  return months.find(({ quantity }) => quantity > 0n) ?? { amount: 0n, quantity: 1n };
}

interface QuantityChange {
  readonly cause: ChangeCause;
  /** Of base units; a whole number over another, so that nothing is lost. */
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * Quantity is time, times instances at a time, times their size: the three change one after the other. Volumes and domains
 * are there, builds run and answers leave by rules of their own, whatever time instances take.
 */
function appChanges(of: Metric, before: AppActivity | undefined, after: AppActivity | undefined): QuantityChange[] {
  const [former, now] = [before?.quantity[of] ?? 0n, after?.quantity[of] ?? 0n];
  if (!before || former === 0n) return [{ cause: 'new-app', numerator: now, denominator: 1n }];
  if (!after || now === 0n) return [{ cause: 'app-gone', numerator: -former, denominator: 1n }];
  if (of !== 'cpu' && of !== 'memory') return [{ cause: 'size', numerator: now - former, denominator: 1n }];
  const { milliseconds: time, instanceMilliseconds: instances } = before;
  const denominator = time * instances;
  const longer = (after.milliseconds - time) * former * instances;
  const more = (after.instanceMilliseconds * time - after.milliseconds * instances) * former;
  return [
    { cause: 'time', numerator: longer, denominator },
    { cause: 'instances', numerator: more, denominator },
    { cause: 'size', numerator: (now - former) * denominator - longer - more, denominator },
  ];
}
