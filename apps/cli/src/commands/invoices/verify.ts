import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ExportIncomplete, type InvoiceExport, invoiceExport, recompute } from '@berth/billing';
import { invoiceDocument } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes, usageError } from '../../errors.js';

export const options = (command: Command): Command =>
  command
    .argument('<file>', 'what berth invoices export wrote')
    .description('compute an invoice anew from its events and prices, without a server, and compare every byte');

export async function run({ io, out }: Context, _options: object, file: string): Promise<void> {
  const exported = await read(resolve(io.folder, file), file);
  const computed = recomputed(exported);
  const { number, totals, currency, spans } = invoiceDocument.parse(JSON.parse(exported.document));
  const difference = firstDifference(exported.document, computed);
  if (difference) throw new CliError(exitCodes.invalid, `Invoice ${number} is not what its events say.`, difference);
  const facts = {
    number,
    isRight: true,
    events: exported.events.length,
    spans: spans.count,
    due: totals.due,
    currency,
  };
  await out.result(
    facts,
    () =>
      `${number} is right to the byte: ${totals.due} ${currency} from ${facts.events} events and ${facts.spans} spans.`,
  );
}

async function read(path: string, name: string): Promise<InvoiceExport> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${String((error as { code?: unknown }).code)}.`);
  });
  try {
    return invoiceExport.parse(JSON.parse(text));
  } catch {
    throw usageError(`"${name}" is no exported invoice.`, 'Write one: berth invoices export NUMBER > FILE');
  }
}

function recomputed(exported: InvoiceExport): string {
  try {
    return recompute(exported);
  } catch (error) {
    if (error instanceof ExportIncomplete) throw new CliError(exitCodes.invalid, error.message);
    throw error;
  }
}

/** The first line that differs, as a person can read it. */
function firstDifference(told: string, computed: string): string | undefined {
  if (told === computed) return undefined;
  const [left, right] = [told.split('\n'), computed.split('\n')];
  const index = left.findIndex((line, at) => line !== right[at]);
  return `Line ${index + 1} says ${left[index]?.trim() ?? 'nothing'}, computed is ${right[index]?.trim() ?? 'nothing'}`;
}
