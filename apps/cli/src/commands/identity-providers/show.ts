import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { record } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { findIdentityProvider, type IdentityProvider } from './identity-providers.js';

export const options = (command: Command): Command => inOrganization(command).argument('<provider>', 'its name or id');

/** The client secret is known to nobody but the platform. */
export async function run(context: Context, _: object, wanted: string): Promise<void> {
  const provider = await findIdentityProvider(context, wanted);
  await context.out.result(provider, () => record(linesOf(provider)));
}

const linesOf = ({ endpoints, ...each }: IdentityProvider) => ({
  Id: each.id,
  Name: each.displayName,
  ...placeOf(endpoints),
  Client: each.clientId,
  Scopes: each.scopes.join(' '),
  'E-mail': each.emailClaim,
  Roles: each.roles.map(({ claim, value, role }) => `${claim}=${value}:${role}`).join(', '),
  Else: each.defaultRole ?? 'no role',
  Added: time(each.createdAt),
});

function placeOf(endpoints: IdentityProvider['endpoints']): Record<string, string> {
  if (endpoints.kind === 'oidc') return { Issuer: endpoints.issuer };
  if (endpoints.kind === 'plugin') {
    const settings = Object.entries(endpoints.settings).map(([key, value]) => `${key}=${value}`);
    return { 'Plug-in': endpoints.plugin, Settings: settings.join(', ') };
  }
  const { authorizationUrl, tokenUrl, userUrl, subjectField } = endpoints;
  return { Authorization: authorizationUrl, Token: tokenUrl, Person: `${userUrl} (${subjectField})` };
}
