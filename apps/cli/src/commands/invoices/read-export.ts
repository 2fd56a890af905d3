import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ExportIncomplete, exportIn, type InvoiceExport, NewerRules } from '@berth/billing';
import { CliError, exitCodes, usageError } from '../../errors.js';

/** @throws CliError when the file cannot be read, is no exported invoice, or one that a newer Berth wrote */
export async function readExport(folder: string, name: string): Promise<InvoiceExport> {
  const path = resolve(folder, name);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${String((error as { code?: unknown }).code)}.`);
  });
  try {
    return exportIn(text);
  } catch (error) {
    if (error instanceof NewerRules)
      throw new CliError(
        exitCodes.outdated,
        error.message,
        'Take the berth of the platform that issued it, or a later one.',
      );
    if (error instanceof ExportIncomplete) throw new CliError(exitCodes.invalid, error.message);
    throw usageError(`"${name}" is no exported invoice.`, 'Write one: berth invoices export NUMBER > FILE');
  }
}
