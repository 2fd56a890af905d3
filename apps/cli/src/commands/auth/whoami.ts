import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

export async function run({ client, session, out }: Context): Promise<void> {
  const me = await answerOf(client.GET('/v1/me'));
  await out.result({ ...me, server: session.server }, () => me.email);
  if (!out.json) out.note(`${me.username} on ${session.server}${me.administrator ? ', platform administrator' : ''}`);
}
