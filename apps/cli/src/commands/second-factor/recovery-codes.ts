import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const made = await answerOf(client.POST('/v1/auth/recovery-codes'));
  await out.result(made, () => made.recoveryCodes.join('\n'));
  out.note('Those from before are worth nothing. Keep these: each is good once, when the authenticator is lost.');
}
