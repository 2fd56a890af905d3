import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

const LIMIT = 200;

export const pullCredentialsOf = (client: Client, organization: string): Promise<Schemas['PullCredential'][]> =>
  everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/pull-credentials', { params: { query } });
  });

/** By its registry. */
export async function findPullCredential(
  client: Client,
  organization: string,
  wanted: string,
): Promise<Schemas['PullCredential']> {
  const all = await pullCredentialsOf(client, organization);
  const found = all.find(({ registry }) => registry === wanted);
  if (!found) throw notFound(`There is no credential for ${wanted}.`, 'See: berth pull-credentials list');
  return found;
}
