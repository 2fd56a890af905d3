import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { type Io, isInteractive, readAll } from '../../io.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface CredentialOptions {
  readonly email?: string;
  readonly passwordStdin?: boolean;
}

export const credentialOptions = (command: Command): Command =>
  command
    .option('--email <address>', 'e-mail address; asked for on a terminal')
    .option('--password-stdin', 'read the password from stdin');

/** From options, else asked for. A password is never an argument: those are seen in the list of processes. */
export async function credentials(context: Context, options: CredentialOptions): Promise<Credentials> {
  const email = await givenEmail(context, options);
  return { email, password: await givenPassword(context, options) };
}

export async function givenEmail({ io }: Context, { email }: CredentialOptions): Promise<string> {
  if (email !== undefined) return email;
  if (isInteractive(io)) return ask(io, 'E-mail');
  throw usageError('Say who you are: --email ADDRESS');
}

export const givenPassword = (context: Context, { passwordStdin }: CredentialOptions): Promise<string> =>
  givenSecret(context, passwordStdin, { name: 'password', option: '--password-stdin' });

/** From stdin where the option says so, else asked for. */
export async function givenSecret(
  { io }: Context,
  isOnStdin: boolean | undefined,
  { name, option }: { readonly name: string; readonly option: string },
): Promise<string> {
  if (isOnStdin) return (await readAll(io.stdin)).replace(/\r?\n$/, '');
  if (isInteractive(io)) return askHidden(io, `${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  throw usageError(`Say the ${name} on stdin: ${option}`);
}

export async function ask({ stdin, stderr }: Io, message: string): Promise<string> {
  const { text } = await import('@clack/prompts');
  return answered(await text({ message, input: stdin, output: stderr }));
}

export async function askHidden({ stdin, stderr }: Io, message: string): Promise<string> {
  const { password } = await import('@clack/prompts');
  return answered(await password({ message, input: stdin, output: stderr }));
}

function answered(answer: string | symbol | undefined): string {
  if (typeof answer === 'string' && answer !== '') return answer;
  throw usageError('Nothing was entered.');
}
