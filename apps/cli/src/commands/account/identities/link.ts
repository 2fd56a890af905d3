import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { identifiedBy, type ProviderOptions, providerOptions } from '../../../sign-in/at-provider.js';
import { type CredentialOptions, givenPassword } from '../../auth/credentials.js';
import { inOrganization } from '../../options.js';

type Options = ProviderOptions & Pick<CredentialOptions, 'passwordStdin'>;

export const options = (command: Command): Command =>
  providerOptions(inOrganization(command))
    .argument('<provider>', 'of an organization: berth identity-providers list')
    .option('--password-stdin', 'read the password from stdin');

/** The password is asked for before the browser is opened: a way in that stays takes both. */
export async function run(context: Context, given: Options, wanted: string): Promise<void> {
  const { client, out, selection } = context;
  const { slug } = await selection.organization();
  const password = await givenPassword(context, given);
  const { flowToken, provider, person } = await identifiedBy(context, slug, wanted, given);
  const linked = await answerOf(client.POST('/v1/auth/identities', { body: { flowToken, password } }));
  const who = person.email ?? person.displayName ?? 'this account';
  await out.result(linked, () => `You get in by ${provider} as ${who}, too: berth login`);
}
