import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive, readAll } from '../../io.js';
import { askHidden, type CredentialOptions } from '../auth/credentials.js';

type Options = Pick<CredentialOptions, 'passwordStdin'>;

export const options = (command: Command): Command =>
  command.option('--password-stdin', 'read the password and the new one from stdin, a line each');

/** Neither is ever an argument: those are seen in the list of processes. */
export async function run(context: Context, given: Options): Promise<void> {
  // Nobody is asked for passwords who is not logged in.
  await answerOf(context.client.GET('/v1/me'));
  const [currentPassword, password] = await bothPasswords(context, given);
  await context.client.POST('/v1/auth/password', { body: { currentPassword, password } });
  context.out.note('Your new password is set. Every other session of yours has ended.');
}

async function bothPasswords({ io }: Context, { passwordStdin }: Options): Promise<[string, string]> {
  if (passwordStdin) return bothLines(await readAll(io.stdin));
  if (!isInteractive(io)) throw usageError('Say both passwords on stdin, a line each: --password-stdin');
  return [await askHidden(io, 'Password'), await askHidden(io, 'New password')];
}

function bothLines(text: string): [string, string] {
  const [current, next, ...rest] = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (current && next && rest.length === 0) return [current, next];
  throw usageError('On stdin there must be two lines: the password and the new one.');
}
