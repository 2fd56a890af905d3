import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';

interface Options {
  readonly all?: boolean;
}

export const options = (command: Command): Command =>
  command.argument('[id]', 'as in berth sessions list').option('--all', 'sign out everywhere, here as well');

export async function run({ client, out }: Context, { all = false }: Options, id: string | undefined): Promise<void> {
  if (all === (id !== undefined)) throw usageError('Say which session, or --all.');
  if (id === undefined) await answerOf(client.DELETE('/v1/sessions'));
  else await answerOf(client.DELETE('/v1/sessions/{id}', { params: { path: { id } } }));
  await out.result({ revoked: id ?? 'all' }, () =>
    id === undefined ? 'Signed out everywhere.' : 'The session ended.',
  );
}
