import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive } from '../../io.js';
import { identifiedBy, type ProviderOptions, providerOptions } from '../../sign-in/at-provider.js';
import { ask, type CredentialOptions, credentialOptions, credentials } from './credentials.js';

interface Options extends CredentialOptions, ProviderOptions {
  readonly provider?: string;
  readonly org?: string;
  readonly name?: string;
  readonly username?: string;
}

export const options = (command: Command): Command =>
  providerOptions(credentialOptions(command))
    .option('--provider <name>', 'without a password: by an identity provider of the organization of --org')
    .option('--org <name>', 'whose provider it is')
    .option('--name <name>', 'how you are called')
    .option('--username <name>', 'to log in with; made from the address without it');

export async function run(context: Context, options: Options): Promise<void> {
  const { provider, org } = options;
  if (provider === undefined) return withPassword(context, options);
  if (org === undefined) throw usageError('Say whose identity provider it is: --org NAME');
  return byProvider(context, options, org, provider);
}

/** The mail of the provider proves nothing here: a code is sent to it, and typed in while the sign-in is still fresh. */
async function byProvider(context: Context, { name, ...given }: Options, org: string, wanted: string): Promise<void> {
  const { client, io, out } = context;
  if (!isInteractive(io)) throw usageError('The code of the mail is asked for on a terminal, and this is none.');
  const { flowToken, provider, person } = await identifiedBy(context, org, wanted, given);
  await answerOf(client.POST('/v1/auth/oidc/flows/prove-address', { body: { flowToken } }));
  const token = await ask(io, `Code of the mail to ${person.email ?? 'you'}`);
  const body = { flowToken, token, ...(name === undefined ? {} : { displayName: name }) };
  await client.POST('/v1/auth/oidc/flows/register', { body });
  await out.result(person, () => '');
  out.note(`You have an account. Get in by ${provider}: berth login`);
}

async function withPassword(context: Context, { name, username, ...given }: Options): Promise<void> {
  const { client, out } = context;
  const { email, password } = await credentials(context, given);
  const chosen = { displayName: name, username };
  const body = { email, password, ...chosen };
  const registration = await answerOf(client.POST('/v1/auth/register', { body }));
  await out.result(registration, () => '');
  out.note(`A mail with a code is on its way to ${email}. Then: berth verify CODE`);
}
