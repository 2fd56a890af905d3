import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { invoiceOf } from './invoices.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'BERTH-000001')
    .description('ask the payment provider for where to pay one');

export async function run({ client, out, selection }: Context, _options: object, number: string): Promise<void> {
  const { id } = await invoiceOf(client, (await selection.organization()).id, number);
  const payment = await answerOf(client.POST('/v1/payments', { body: { invoiceId: id } }));
  const due = `${payment.amount} ${payment.currency} for ${number}`;
  const later = `${due}: the provider is being asked. See: berth payments`;
  await out.result(payment, () => (payment.payAt === null ? later : `${due}: ${payment.payAt}`));
}
