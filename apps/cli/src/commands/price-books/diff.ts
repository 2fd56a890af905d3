import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { table } from '../../output/table.js';
import { differenceRows, priceBookNamed } from './price-books.js';

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
  const book = await priceBookNamed(client, name);
  const query = { from: numberOf(from), to: numberOf(to) };
  const params = { path: { id: book.id }, query };
  const found = await answerOf(client.GET('/v1/price-books/{id}/differences', { params }));
  const rows = differenceRows(found.items);
  const nothing = 'Both say the same.';
  await out.result(found, () => (rows.length === 0 ? nothing : table(['kind', 'id', `v${from}`, `v${to}`], rows)));
}

function numberOf(text: string): number {
  const number = Number(text.replace(/^v/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw usageError(`"${text}" is no version: write 1.`);
}
