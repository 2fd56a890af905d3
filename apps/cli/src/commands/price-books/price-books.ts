import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';
import type { Cell } from '../../output/table.js';

const LIMIT = 200;

export const priceBooksOf = (client: Client): Promise<Schemas['PriceBook'][]> =>
  everyPage((cursor) =>
    client.GET('/v1/price-books', { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } }),
  );

export async function priceBookNamed(client: Client, name: string): Promise<Schemas['PriceBook']> {
  const book = (await priceBooksOf(client)).find((each) => each.name === name);
  if (!book) throw notFound(`There is no price book "${name}".`, 'See: berth price-books');
  return book;
}

export const versionsOf = (client: Client, id: string): Promise<Schemas['PriceBookVersion'][]> =>
  everyPage((cursor) => {
    const params = { path: { id }, query: { limit: LIMIT, ...(cursor && { cursor }) } };
    return client.GET('/v1/price-books/{id}/versions', { params });
  });

type Rate = Schemas['PriceBook']['current']['prices']['rates'][number];

const units: Record<Rate['metric'], string> = {
  ...{ cpu: 'core-hour', memory: 'GiB-hour', storage: 'GiB-hour', build: 'core-hour' },
  egress: 'GiB',
  domain: 'domain-hour',
};

/** `0.028 per core-hour`. */
export function priceText({ metric, pricing, free }: Rate): string {
  const unit = units[metric];
  const allowance = free ? `, ${free.quantity} free per ${free.of}` : '';
  return `${text(pricing, unit)}${allowance}`;
}

function text(pricing: Rate['pricing'], unit: string): string {
  switch (pricing.kind) {
    case 'per-unit':
      return `${pricing.price} per ${unit}`;
    case 'package':
      return `${pricing.price} per ${pricing.size} ${unit}s begun`;
    case 'graduated':
    case 'volume':
      return `${pricing.kind}: ${pricing.tiers.map((tier) => tierText(tier, unit)).join('; ')}`;
  }
}

type Difference = Schemas['PriceDifferences']['items'][number];

/** One row for each difference: what it is of, and both sides of it. */
export const differenceRows = (items: readonly Difference[]): Cell[][] =>
  items.map((item): Cell[] => [item.kind, item.id, ...sidesOf(item)]);

function sidesOf(item: Difference): Cell[] {
  switch (item.kind) {
    case 'rate':
      return [item.before && priceText(item.before), item.after && priceText(item.after)];
    case 'fee':
      return [item.before && `${item.before.amount} per month`, item.after && `${item.after.amount} per month`];
    case 'discount':
      return [item.before && discountText(item.before), item.after && discountText(item.after)];
    case 'minimum':
      return [item.before, item.after];
  }
}

type Discount = Schemas['PriceBook']['current']['prices']['discounts'][number];

/** `10 % off cpu`. */
export const discountText = ({ percent, amount, on }: Omit<Discount, 'id' | 'name'>): string =>
  `${percent === undefined ? amount : `${percent} %`} off ${on?.join(', ') ?? 'everything'}`;

const tierText = ({ upTo, price }: { upTo: string | null; price: string }, unit: string): string =>
  upTo === null ? `then ${price}` : `${price} per ${unit} up to ${upTo}`;
