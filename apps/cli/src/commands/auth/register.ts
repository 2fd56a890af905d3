import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type CredentialOptions, credentialOptions, credentials } from './credentials.js';

interface Options extends CredentialOptions {
  readonly name?: string;
}

export const options = (command: Command): Command =>
  credentialOptions(command).option('--name <name>', 'how you are called');

export async function run(context: Context, { name, ...given }: Options): Promise<void> {
  const { client, out } = context;
  const { email, password } = await credentials(context, given);
  const body = { email, password, ...(name === undefined ? {} : { displayName: name }) };
  const registration = await answerOf(client.POST('/v1/auth/register', { body }));
  await out.result(registration, () => '');
  out.note(`A mail with a code is on its way to ${email}. Then: berth verify CODE`);
}
