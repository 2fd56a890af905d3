import type { PriceList, Terms } from '@berth/contracts/metering';

/** What is charged where both a price book and the terms of an agreement hold. */
export function withTerms(prices: PriceList, terms: Terms): PriceList {
  const minimum = terms.minimum ?? prices.minimum;
  const remain = <Item extends { readonly id: string }>(items: readonly Item[]) =>
    items.filter(({ id }) => !terms.without.includes(id));
  return {
    rates: replaced(prices.rates, terms.rates, ({ metric }) => metric),
    fees: replaced(remain(prices.fees), terms.fees, ({ id }) => id),
    discounts: [...remain(prices.discounts), ...terms.discounts],
    ...(minimum === undefined ? {} : { minimum }),
  };
}

/** Each in the place of the one with the same key, others behind. */
function replaced<Item>(items: readonly Item[], by: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const own = new Map(by.map((item) => [keyOf(item), item]));
  const kept = items.map((item) => {
    const mine = own.get(keyOf(item));
    own.delete(keyOf(item));
    return mine ?? item;
  });
  return [...kept, ...own.values()];
}
