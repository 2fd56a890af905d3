import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command =>
  command.argument('<event>', 'its id').requiredOption('--reason <text>', 'kept with the event');

export async function run({ client, out }: Context, { reason }: { reason: string }, id: string): Promise<void> {
  await answerOf(client.POST('/v1/admin/metering/dead-letters/discards', { body: { id, reason } }));
  await out.result({ id }, () => `${id} will have no effect. What waits behind it waits until its key is replayed.`);
}
