import type { PriceDifference, PriceList } from '@berth/contracts/metering';
import { canonicalText } from '../invoices/canonical.js';

/** What `after` says other than `before`: rates, fees and discounts by their ids, and the minimum. */
export const priceDifferencesOf = (before: PriceList, after: PriceList): PriceDifference[] => [
  ...pairsOf(before.rates, after.rates).map((pair) => ({ kind: 'rate' as const, ...pair })),
  ...pairsOf(before.fees, after.fees).map((pair) => ({ kind: 'fee' as const, ...pair })),
  ...pairsOf(before.discounts, after.discounts).map((pair) => ({ kind: 'discount' as const, ...pair })),
  ...(before.minimum === after.minimum
    ? []
    : [{ kind: 'minimum' as const, id: 'minimum', before: before.minimum ?? null, after: after.minimum ?? null }]),
];

interface Pair<Item> {
  readonly id: string;
  readonly before: Item | null;
  readonly after: Item | null;
}

function pairsOf<Item extends { readonly id: string }>(before: readonly Item[], after: readonly Item[]): Pair<Item>[] {
  const ids = [...new Set([...before, ...after].map(({ id }) => id))];
  const of = (items: readonly Item[], id: string) => items.find((item) => item.id === id) ?? null;
  return ids
    .map((id) => ({ id, before: of(before, id), after: of(after, id) }))
    .filter((pair) => canonicalText(pair.before) !== canonicalText(pair.after));
}
