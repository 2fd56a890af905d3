import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { invoiceOf } from './invoices.js';

/** Writes an issued invoice into a file. */
export async function saveInvoice(
  { client, io, out, selection }: Context,
  format: 'pdf' | 'csv' | 'focus' | 'credit-note/pdf',
  number: string,
  file: string,
): Promise<void> {
  const { id } = await invoiceOf(client, (await selection.organization()).id, number);
  const options = { params: { path: { id } }, parseAs: 'arrayBuffer' } as const;
  const bytes = Buffer.from(await answerOf(client.GET(`/v1/invoices/{id}/${format}`, options)));
  await writeFile(resolve(io.folder, file), bytes).catch((error: unknown) => {
    throw usageError(`"${file}" cannot be written: ${String((error as { code?: unknown }).code)}.`);
  });
  await out.result({ number, file, bytes: bytes.length }, () => `${number} is in ${file}.`);
}
