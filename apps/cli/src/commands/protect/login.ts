import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive, readAll } from '../../io.js';
import { askHidden } from '../auth/credentials.js';
import { ofWorkload } from '../options.js';
import { changeProtection } from './change.js';

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<NAME>', 'who visits it; the password is asked for, or read from stdin')
    .description('let in who has a password, and nobody else; on Kubernetes where Traefik is the gateway');

export async function run(context: Context, _given: object, name: string): Promise<void> {
  // Nobody types a password for an app that is not there.
  const { id } = await context.selection.workload();
  await changeProtection(context, { logins: { [name]: await passwordOf(context, name) } }, id);
}

async function passwordOf({ io }: Context, name: string): Promise<string> {
  const password = isInteractive(io)
    ? await askHidden(io, `Password of ${name}`)
    : (await readAll(io.stdin)).replace(/\r?\n$/, '');
  if (password === '') throw usageError(`No password for ${name} came on stdin.`);
  return password;
}
