import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type OfService, ofService } from './of-service.js';

export const options = (command: Command): Command =>
  ofService(command).argument('<event>', 'its id').requiredOption('--reason <text>', 'kept with the event');

export async function run(
  { client, out }: Context,
  { of, reason }: OfService & { reason: string },
  id: string,
): Promise<void> {
  await answerOf(client.POST(`/v1/admin/${of}/dead-letters/discards`, { body: { id, reason } }));
  await out.result({ id }, () => `${id} will have no effect. What waits behind it waits until its key is replayed.`);
}
