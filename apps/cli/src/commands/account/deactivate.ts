import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { confirm, type RemovalOptions } from '../removal.js';

export const options = (command: Command): Command => command.option('--yes', 'do not ask for your username');

/** Nothing but API tokens is lost: logging in opens the account again. */
export async function run(context: Context, given: RemovalOptions): Promise<void> {
  const { client, out } = context;
  const { username } = await answerOf(client.GET('/v1/me'));
  await confirm(context, 'This ends all your sessions and takes your API tokens away.', username, given);
  await client.POST('/v1/me/deactivation');
  out.note('Your account is closed, and you are logged out everywhere. Logging in opens it again: berth login');
}
