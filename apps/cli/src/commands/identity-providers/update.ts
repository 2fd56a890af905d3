import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { asRead } from '../as-read.js';
import { givenSecret } from '../auth/credentials.js';
import { inOrganization } from '../options.js';
import { findIdentityProvider } from './identity-providers.js';
import { mappedRoles, roleRule } from './role-rule.js';

type Body = Schemas['UpdateIdentityProvider'];

interface Options {
  readonly name?: string;
  readonly clientId?: string;
  readonly secretStdin?: boolean;
  readonly scope?: string[];
  readonly emailClaim?: string;
  readonly role?: NonNullable<Body['roles']> | false;
  readonly defaultRole?: NonNullable<Body['defaultRole']> | false;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<provider>', 'its name or id; where it is stays as it is')
    .option('--name <name>', 'shown where people sign in')
    .option('--client-id <id>', 'what the provider calls this platform')
    .option('--secret-stdin', 'read another client secret from stdin')
    .option('--scope <scope...>', 'what it is asked for')
    .option('--email-claim <name>', 'where it says the e-mail address')
    .option('--role <rule>', 'CLAIM=VALUE:ROLE in place of all rules before; may come again', roleRule)
    .option('--no-role', 'no rules any more')
    .addOption(new Option('--default-role <role>', 'of those whom no rule fits').choices(mappedRoles))
    .option('--no-default-role', 'those get none');

/** Refused when it is changed elsewhere at the same time. */
export async function run(context: Context, given: Options, wanted: string): Promise<void> {
  const { client, out } = context;
  const changes = { ...changesOf(given), ...(await secretOf(context, given)) };
  if (Object.keys(changes).length === 0) throw usageError('What shall be different?', 'See --help');
  const params = { path: { id: (await findIdentityProvider(context, wanted)).id } };
  const { response } = await client.GET('/v1/identity-providers/{id}', { params });
  const headers = asRead(response);
  const changed = await answerOf(client.PATCH('/v1/identity-providers/{id}', { params, headers, body: changes }));
  await out.result(changed, () => `${changed.displayName} is changed: berth identity-providers show ${changed.id}`);
}

function changesOf({ name, clientId, scope, emailClaim, role, defaultRole }: Options): Body {
  return {
    ...(name !== undefined && { displayName: name }),
    ...(clientId !== undefined && { clientId }),
    ...(scope && { scopes: scope }),
    ...(emailClaim !== undefined && { emailClaim }),
    ...(role !== undefined && { roles: role || [] }),
    ...(defaultRole !== undefined && { defaultRole: defaultRole || null }),
  };
}

async function secretOf(context: Context, { secretStdin }: Options): Promise<Body> {
  if (!secretStdin) return {};
  const secret = { name: 'client secret', option: '--secret-stdin' };
  return { clientSecret: await givenSecret(context, secretStdin, secret) };
}
