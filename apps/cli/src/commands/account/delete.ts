import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { confirmRemoval, type RemovalOptions } from '../removal.js';

export const options = (command: Command): Command => command.option('--yes', 'do not ask for your username');

/** Ends all sessions and tokens at once; what is known of the person is erased later. */
export async function run(context: Context, given: RemovalOptions): Promise<void> {
  const { client, out } = context;
  const { username } = await answerOf(client.GET('/v1/me'));
  await confirmRemoval(context, 'your account', username, given);
  const deletion = await answerOf(client.POST('/v1/me/deletion'));
  await out.result(deletion, () => `Your account is erased after ${time(deletion.erasedAt)} UTC.`);
  out.note('Until then logging in takes that back: berth login');
}
