import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { priceBooksOf, priceText } from './price-books.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const books = await priceBooksOf(client);
  await out.result(books, () =>
    table(
      ['name', 'version', 'since', 'currency', 'what', 'price'],
      books.flatMap(({ name, currency, current: { version, validFrom, prices } }) => {
        const book = [name, `v${version}`, time(validFrom), currency];
        const rates = prices.rates.map((rate): Cell[] => [...book, rate.name, priceText(rate)]);
        const fees = prices.fees.map((fee): Cell[] => [...book, fee.name, `${fee.amount} per month`]);
        return [...rates, ...fees];
      }),
    ),
  );
}
