import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { invoiceOf } from './invoices.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'BERTH-000001')
    .requiredOption('--reason <text>', 'how it was paid; recorded with your name in the audit log')
    .description('say that money came another way; for administrators');

export async function run(
  { client, out, selection }: Context,
  { reason }: { readonly reason: string },
  number: string,
): Promise<void> {
  const { id } = await invoiceOf(client, (await selection.organization()).id, number);
  const [params, body] = [{ path: { id } }, { reason }];
  const paid = await answerOf(client.POST('/v1/admin/metering/invoices/{id}/payments', { params, body }));
  const { document: _, ...about } = paid;
  await out.result(about, () => `${number} is paid.`);
}
