import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { givenSecret } from '../auth/credentials.js';
import { CALLBACK } from '../../sign-in/loopback.js';
import { inOrganization } from '../options.js';
import { type EndpointOptions, endpointOptions, endpointsOf } from './endpoints.js';
import { mappedRoles, roleRule } from './role-rule.js';

type Body = Schemas['CreateIdentityProvider'];

interface Options extends EndpointOptions {
  readonly clientId: string;
  readonly secretStdin?: boolean;
  readonly scope: string[];
  readonly emailClaim: string;
  readonly role?: NonNullable<Body['roles']>;
  readonly defaultRole?: NonNullable<Body['defaultRole']>;
}

export const options = (command: Command): Command =>
  endpointOptions(inOrganization(command))
    .argument('<name>', 'shown where people sign in')
    .requiredOption('--client-id <id>', 'what the provider calls this platform')
    .option('--secret-stdin', 'read the client secret from stdin')
    .option('--scope <scope...>', 'what it is asked for', ['openid', 'email', 'profile'])
    .option('--email-claim <name>', 'where it says the e-mail address', 'email')
    .option('--role <rule>', 'CLAIM=VALUE:ROLE for whoever has that; may come again, the first counts', roleRule)
    .addOption(
      new Option('--default-role <role>', 'of those whom no rule fits; without it they get none').choices(mappedRoles),
    );

export async function run(context: Context, given: Options, displayName: string): Promise<void> {
  const { client, out, selection } = context;
  const endpoints = endpointsOf(given);
  const { id: organizationId, slug } = await selection.organization();
  const secret = { name: 'client secret', option: '--secret-stdin' };
  const clientSecret = await givenSecret(context, given.secretStdin, secret);
  const { clientId, scope: scopes, emailClaim, role: roles = [], defaultRole = null } = given;
  const body = {
    organizationId,
    displayName,
    endpoints,
    clientId,
    clientSecret,
    scopes,
    emailClaim,
    roles,
    defaultRole,
  };
  const made = await answerOf(client.POST('/v1/identity-providers', { body }));
  await out.result(made, () => `People sign in to ${slug} by ${made.displayName}: ${made.id}`);
  // Where browsers reach the platform, which need not be where this command does.
  const { issuer } = await answerOf(client.GET('/.well-known/oauth-authorization-server'));
  out.note(`Let it send browsers back to ${issuer}/v1/oauth/device/callback, for \`berth login\`.`);
  out.note(`For \`berth account link-identity\`, to ${CALLBACK}, on whichever port.`);
}
