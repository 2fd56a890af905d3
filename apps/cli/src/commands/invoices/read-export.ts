import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type InvoiceExport, invoiceExport } from '@berth/billing';
import { usageError } from '../../errors.js';

/** @throws CliError when the file cannot be read or is no exported invoice */
export async function readExport(folder: string, name: string): Promise<InvoiceExport> {
  const path = resolve(folder, name);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`"${name}" cannot be read: ${String((error as { code?: unknown }).code)}.`);
  });
  try {
    return invoiceExport.parse(JSON.parse(text));
  } catch {
    throw usageError(`"${name}" is no exported invoice.`, 'Write one: berth invoices export NUMBER > FILE');
  }
}
