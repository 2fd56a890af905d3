import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { asRead } from '../as-read.js';

export const options = (command: Command): Command =>
  command.argument('<username>', 'letters, digits, dots, hyphens and underscores');

/** Refused when the account is changed elsewhere at the same time. */
export async function run({ client, out }: Context, _: object, username: string): Promise<void> {
  const { response } = await client.GET('/v1/me');
  const headers = asRead(response);
  const me = await answerOf(client.PATCH('/v1/me', { headers, body: { username } }));
  await out.result(me, () => `You are ${me.username} from now on.`);
  out.note('For 30 days nobody else can have the former username, and you can take it back.');
}
