import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { discountText, priceBookNamed, priceText, versionsOf } from './price-books.js';

export const options = (command: Command): Command =>
  command.argument('<book>', 'its name').description('every version of a price book, also those to come');

export async function run({ client, out }: Context, _options: object, name: string): Promise<void> {
  const { current: _, ...book } = await priceBookNamed(client, name);
  const versions = await versionsOf(client, book.id);
  await out.result({ ...book, versions }, async () => {
    const rows = versions.flatMap((version) => rowsOf(version));
    return `${name}: ${book.currency}, ${book.rounding}\n\n${await table(['version', 'from', 'to', 'what', 'price'], rows)}`;
  });
}

function rowsOf({ version, validFrom, validTo, prices }: Schemas['PriceBookVersion']): Cell[][] {
  const when = [`v${version}`, Date.parse(validFrom) === 0 ? null : time(validFrom), time(validTo)];
  return [
    ...prices.rates.map((rate) => [...when, rate.name, priceText(rate)]),
    ...prices.fees.map((fee) => [...when, fee.name, `${fee.amount} per month`]),
    ...prices.discounts.map((discount) => [...when, discount.name, discountText(discount)]),
    ...(prices.minimum === undefined ? [] : [[...when, 'Minimum', `${prices.minimum} per month`]]),
  ];
}
