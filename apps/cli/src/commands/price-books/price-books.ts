import type { Client, Schemas } from '@berth/api-client';
import { everyPage } from '../../output/pages.js';

const LIMIT = 200;

export const priceBooksOf = (client: Client): Promise<Schemas['PriceBook'][]> =>
  everyPage((cursor) =>
    client.GET('/v1/price-books', { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } }),
  );

type Rate = Schemas['PriceBook']['current']['prices']['rates'][number];

const units: Record<Rate['metric'], string> = { cpu: 'core-hour', memory: 'GiB-hour', storage: 'GiB-hour' };

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

const tierText = ({ upTo, price }: { upTo: string | null; price: string }, unit: string): string =>
  upTo === null ? `then ${price}` : `${price} per ${unit} up to ${upTo}`;
