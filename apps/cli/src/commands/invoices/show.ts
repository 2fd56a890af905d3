import { answerOf } from '@berth/api-client';
import { type InvoiceDocument, invoiceDocument } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { type Cell, record, table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { invoiceOf } from './invoices.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('[number]', 'BERTH-000001; without it, the open month so far');

export async function run({ client, out, selection }: Context, _options: object, number?: string): Promise<void> {
  const { id: organization } = await selection.organization();
  if (number === undefined) {
    const preview = await answerOf(client.GET('/v1/invoices/preview', { params: { query: { organization } } }));
    return out.result(preview, () => describe(preview, 'open'));
  }
  const { document, ...about } = await invoiceOf(client, organization, number);
  const told = invoiceDocument.parse(JSON.parse(document));
  await out.result({ ...about, document: told }, () => describe(told, statusOf(about)));
}

const statusOf = ({ status, creditNote }: { status: string; creditNote: string | null }): string =>
  creditNote === null ? status : `${status}, taken back by ${creditNote}`;

async function describe(told: InvoiceDocument, status: string): Promise<string> {
  return [about(told, status), await lines(told), totals(told)].join('\n\n');
}

const about = ({ number, period, priceBook, rounding }: InvoiceDocument, status: string): string =>
  record({
    Invoice: number ?? 'none yet',
    Status: status,
    Month: `${period.month} (${period.timeZone}: ${time(period.from)} to ${time(period.to)} UTC)`,
    'Price book': `${priceBook.name} ${priceBook.versions.map(({ version }) => `v${version}`).join(', ')}`,
    Rounding: `each line, ${rounding.mode}, ${rounding.decimals} decimals`,
  });

function lines({ lines: own, corrections }: InvoiceDocument): Promise<string> {
  const rows = own.map(({ name, version, usage, from, to, amount }): Cell[] => [
    ...[name, version && `v${version}`, usage && `${usage.quantity} / ${usage.unit}`, time(from), time(to), amount],
  ]);
  const corrected = corrections.flatMap(({ invoice, month, lines: differences }) =>
    differences.map(({ name, version, amount }): Cell[] => [
      ...[`${name}: correction of ${invoice} (${month})`, version && `v${version}`, null, null, null, amount],
    ]),
  );
  return table(['what', 'prices', 'quantity', 'from', 'to', 'amount'], [...rows, ...corrected]);
}

const totals = ({ totals: { net, tax, credited, corrected, due }, currency }: InvoiceDocument): string =>
  record({
    Net: net,
    Tax: tax,
    Corrections: corrected,
    Credits: credited,
    Due: `${due} ${currency}`,
  });
