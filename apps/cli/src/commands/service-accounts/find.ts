import type { Client, Schemas } from '@berth/api-client';
import { notFound, usageError } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

export const serviceAccountsOf = (client: Client, organization: string): Promise<Schemas['ServiceAccount'][]> =>
  everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/service-accounts', { params: { query } });
  });

/** By name or by id: names may come twice. */
export async function findServiceAccount(
  client: Client,
  organization: string,
  wanted: string,
): Promise<Schemas['ServiceAccount']> {
  const accounts = await serviceAccountsOf(client, organization);
  const [found, ...others] = accounts.filter(({ id, name }) => id === wanted || name === wanted);
  if (others.length > 0) throw usageError(`There are ${others.length + 1} of this name: say the id.`);
  if (!found) throw notFound(`There is no service account ${wanted}.`, 'See: berth service-accounts list');
  return found;
}
