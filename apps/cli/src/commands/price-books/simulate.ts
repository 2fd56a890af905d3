import {
  digitsOf,
  formatMinor,
  recordedUsage,
  simulate,
  type Simulation,
  syntheticMonth,
  syntheticUsage,
} from '@berth/billing';
import { consistentPrices, invoiceDocument, type PriceList } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { table } from '../../output/table.js';
import { readExport } from '../invoices/read-export.js';
import { priceBookNamed } from './price-books.js';
import { readJson } from './read-json.js';

interface Options {
  readonly synthetic?: string;
  readonly prices?: string;
}

export const options = (command: Command): Command =>
  command
    .argument('<book>', 'its name')
    .argument('[file]', 'a month of usage: what berth invoices export wrote')
    .option('--synthetic <file>', 'a month that never was: which apps run, how large, how many at which hour')
    .option('--prices <file>', 'prices that are no version yet, in the currency of the book')
    .description('what a month would cost by the prices of a book, without tax and credits');

interface Book {
  readonly name: string;
  readonly version: number | null;
  readonly currency: string;
  readonly rounding: 'half-even' | 'half-up';
  readonly prices: PriceList;
}

export async function run(
  context: Context,
  given: Options,
  ...[name, file]: [name: string, file?: string]
): Promise<void> {
  if (file === undefined && given.synthetic === undefined)
    throw usageError('Name a month: what berth invoices export wrote, or --synthetic FILE.');
  // Files first: what cannot be read is told without a server.
  const recorded = file === undefined ? undefined : await recordedMonth(context, file);
  const synthetic = given.synthetic === undefined ? undefined : await syntheticOf(context, given.synthetic);
  const book = await bookOf(context, given, name);
  const of = (month: Month | undefined) => month && simulatedMonth(book, month);
  const months = { recorded: of(recorded), synthetic: of(synthetic) };
  const { prices: _, rounding: __, name: priceBook, ...about } = book;
  const told = { priceBook, ...about, ...months.recorded, ...(months.synthetic && { synthetic: months.synthetic }) };
  await context.out.result(told, async () => {
    const texts = Object.values(months).map((month) => month && textOf(book, month));
    return (await Promise.all(texts)).filter(Boolean).join('\n\n');
  });
}

interface Month extends Pick<Simulation, 'period' | 'spans'> {
  readonly month: string;
  /** What it was billed; absent: it never was. */
  readonly invoiced?: { readonly invoiced: string; readonly invoicedCurrency: string };
}

async function recordedMonth({ io }: Context, file: string): Promise<Month> {
  const exported = await readExport(io.folder, file);
  const { period, totals, currency } = invoiceDocument.parse(JSON.parse(exported.document));
  return {
    ...recordedUsage(exported),
    month: period.month,
    invoiced: { invoiced: totals.net, invoicedCurrency: currency },
  };
}

async function syntheticOf({ io }: Context, file: string): Promise<Month> {
  const plan = await readJson(io.folder, file, syntheticMonth);
  return { ...syntheticUsage(plan), month: plan.month };
}

async function bookOf({ client, io }: Context, given: Options, named: string): Promise<Book> {
  const draft = given.prices === undefined ? undefined : await readJson(io.folder, given.prices, consistentPrices);
  const { name, currency, rounding, current } = await priceBookNamed(client, named);
  return { name, currency, rounding, version: draft ? null : current.version, prices: draft ?? current.prices };
}

type Simulated = ReturnType<typeof simulatedMonth>;

function simulatedMonth({ currency, rounding, prices }: Book, { month, invoiced, period, spans }: Month) {
  const { lines, net, unpriced } = simulate({ book: { currency, rounding }, prices, period, spans });
  const text = (amount: bigint) => formatMinor(amount, digitsOf(currency));
  return {
    ...{ month, net: text(net), ...invoiced },
    lines: lines.map(({ kind, id, name, amount }) => ({ kind, id, name, amount: text(amount) })),
    unpriced: [...new Set(unpriced.map(({ metric }) => metric))],
  };
}

async function textOf(book: Book, { month, net, lines, unpriced, ...billed }: Simulated): Promise<string> {
  const rows = lines.map((line) => [line.name, line.kind, `${line.amount} ${book.currency}`]);
  const by = book.version === null ? 'these prices' : `${book.name} v${book.version}`;
  const { invoiced, invoicedCurrency } = billed;
  const was = invoiced === undefined ? ' for a synthetic month' : `; it was ${invoiced} ${invoicedCurrency}`;
  const missing = unpriced.length === 0 ? '' : `\nWithout a price, and not in it: ${unpriced.join(', ')}.`;
  return `${await table(['what', 'kind', 'amount'], rows)}\n\n${month}: ${net} ${book.currency} by ${by}${was}.${missing}`;
}
