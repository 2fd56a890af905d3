import { digitsOf, formatMinor, recordedUsage, simulate } from '@berth/billing';
import { invoiceDocument } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { table } from '../../output/table.js';
import { readExport } from '../invoices/read-export.js';
import { priceBooksOf } from './price-books.js';

export const options = (command: Command): Command =>
  command
    .argument('<book>', 'its name')
    .argument('<file>', 'a month of usage: what berth invoices export wrote')
    .description('what a month that was would have cost by the prices of a book, without tax and credits');

export async function run(
  { client, io, out }: Context,
  _options: object,
  ...[name, file]: [name: string, file: string]
): Promise<void> {
  const exported = await readExport(io.folder, file);
  const book = (await priceBooksOf(client)).find((each) => each.name === name);
  if (!book) throw notFound(`There is no price book "${name}".`, 'See: berth price-books');
  const { lines, net } = simulate({ book, prices: book.current.prices, ...recordedUsage(exported) });
  const told = invoiceDocument.parse(JSON.parse(exported.document));
  const text = (amount: bigint) => formatMinor(amount, digitsOf(book.currency));
  const simulated = {
    ...{ priceBook: name, version: book.current.version, month: told.period.month, currency: book.currency },
    lines: lines.map(({ kind, id, name: what, amount }) => ({ kind, id, name: what, amount: text(amount) })),
    ...{ net: text(net), invoiced: told.totals.net, invoicedCurrency: told.currency },
  };
  await out.result(simulated, async () => {
    const rows = simulated.lines.map((line) => [line.name, line.kind, `${line.amount} ${book.currency}`]);
    const sum = `${simulated.net} ${book.currency} by ${name} v${book.current.version}; it was ${told.totals.net} ${told.currency}.`;
    return `${await table(['what', 'kind', 'amount'], rows)}\n\n${told.period.month}: ${sum}`;
  });
}
