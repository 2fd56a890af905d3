import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { notFound, usageError } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

export type IdentityProvider = Schemas['IdentityProvider'];

export async function identityProvidersOf({ client, selection }: Context): Promise<IdentityProvider[]> {
  const { id: organization } = await selection.organization();
  return everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/identity-providers', { params: { query } });
  });
}

/** By name or by id: names may come twice. */
export async function findIdentityProvider(context: Context, wanted: string): Promise<IdentityProvider> {
  const all = await identityProvidersOf(context);
  const [found, ...others] = all.filter(({ id, displayName }) => id === wanted || displayName === wanted);
  if (others.length > 0) throw usageError(`There are ${others.length + 1} of this name: say the id.`);
  if (!found) throw notFound(`There is no identity provider "${wanted}".`, 'See: berth identity-providers list');
  return found;
}

/** Where it is, as people know it. */
export const addressOf = ({ endpoints }: IdentityProvider): string => {
  if (endpoints.kind === 'oidc') return endpoints.issuer;
  return endpoints.kind === 'oauth2' ? endpoints.authorizationUrl : endpoints.plugin;
};
