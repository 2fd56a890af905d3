import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type CredentialOptions, credentialOptions, credentials } from './credentials.js';

interface Options extends CredentialOptions {
  readonly name?: string;
  readonly username?: string;
}

export const options = (command: Command): Command =>
  credentialOptions(command)
    .option('--name <name>', 'how you are called')
    .option('--username <name>', 'to log in with; made from the address without it');

export async function run(context: Context, { name, username, ...given }: Options): Promise<void> {
  const { client, out } = context;
  const { email, password } = await credentials(context, given);
  const chosen = { displayName: name, username };
  const body = { email, password, ...chosen };
  const registration = await answerOf(client.POST('/v1/auth/register', { body }));
  await out.result(registration, () => '');
  out.note(`A mail with a code is on its way to ${email}. Then: berth verify CODE`);
}
