import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command =>
  command
    .argument('<organization>', 'its id')
    .description('close the open month once it is over, without waiting for late usage');

export async function run({ client, out }: Context, _: object, organizationId: string): Promise<void> {
  const closed = await answerOf(client.POST('/v1/admin/metering/closings', { body: { organizationId } }));
  const made = closed.invoiceId === null ? 'There was nothing to bill.' : `Invoice ${closed.invoiceId} is issued.`;
  await out.result(closed, () => `The month is closed. ${made}`);
}
