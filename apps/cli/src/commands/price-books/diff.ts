import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound, usageError } from '../../errors.js';
import { type Cell, table } from '../../output/table.js';
import { priceBooksOf, priceText } from './price-books.js';

export const options = (command: Command): Command =>
  command
    .argument('<book>', 'its name')
    .argument('<from>', 'number of a version: 1')
    .argument('<to>', 'number of another: 2')
    .description('what one version of a price book says other than another');

export async function run(
  { client, out }: Context,
  _options: object,
  ...[name, from, to]: [string, string, string]
): Promise<void> {
  const book = (await priceBooksOf(client)).find((each) => each.name === name);
  if (!book) throw notFound(`There is no price book "${name}".`, 'See: berth price-books');
  const query = { from: numberOf(from), to: numberOf(to) };
  const params = { path: { id: book.id }, query };
  const found = await answerOf(client.GET('/v1/price-books/{id}/differences', { params }));
  const rows = found.items.map((item): Cell[] => [item.kind, item.id, ...sidesOf(item)]);
  const nothing = 'Both say the same.';
  await out.result(found, () => (rows.length === 0 ? nothing : table(['kind', 'id', `v${from}`, `v${to}`], rows)));
}

function numberOf(text: string): number {
  const number = Number(text.replace(/^v/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw usageError(`"${text}" is no version: write 1.`);
}

type Difference = Schemas['PriceDifferences']['items'][number];

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

const discountText = ({ percent, amount, on }: { percent?: string; amount?: string; on?: string[] }): string =>
  `${percent === undefined ? amount : `${percent} %`} off ${on?.join(', ') ?? 'everything'}`;
