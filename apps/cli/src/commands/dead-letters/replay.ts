import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type OfService, ofService } from './of-service.js';

export const options = (command: Command): Command =>
  ofService(command).argument('<key>', 'of what waits').requiredOption('--reason <text>', 'kept with the events');

export async function run(
  { client, out }: Context,
  { of, reason }: OfService & { reason: string },
  key: string,
): Promise<void> {
  const result = await answerOf(client.POST(`/v1/admin/${of}/dead-letters/replays`, { body: { key, reason } }));
  const { replayed, remaining, error } = result;
  const stopped = error === null ? '' : ` It stopped: ${error}`;
  await out.result(result, () => `${replayed} took effect, ${remaining} wait.${stopped}`);
}
