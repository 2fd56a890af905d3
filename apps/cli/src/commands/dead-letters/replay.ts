import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command =>
  command.argument('<key>', 'of what waits').requiredOption('--reason <text>', 'kept with the events');

export async function run({ client, out }: Context, { reason }: { reason: string }, key: string): Promise<void> {
  const result = await answerOf(client.POST('/v1/admin/metering/dead-letters/replays', { body: { key, reason } }));
  const { replayed, remaining, error } = result;
  const stopped = error === null ? '' : ` It stopped: ${error}`;
  await out.result(result, () => `${replayed} took effect, ${remaining} wait.${stopped}`);
}
