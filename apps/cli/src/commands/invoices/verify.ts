import { ExportIncomplete, type InvoiceExport, recompute } from '@berth/billing';
import { invoiceDocument } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, exitCodes } from '../../errors.js';
import { readExport } from './read-export.js';

export const options = (command: Command): Command =>
  command
    .argument('<file>', 'what berth invoices export wrote')
    .description('compute an invoice anew from its events and prices, without a server, and compare every byte');

export async function run({ io, out }: Context, _options: object, file: string): Promise<void> {
  const exported = await readExport(io.folder, file);
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
