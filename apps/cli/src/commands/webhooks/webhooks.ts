import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

const LIMIT = 200;

export const webhooksOf = (client: Client, organization: string): Promise<Schemas['Webhook'][]> =>
  everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/webhooks', { params: { query } });
  });

/** By its id or its URL. */
export async function findWebhook(client: Client, organization: string, wanted: string): Promise<Schemas['Webhook']> {
  const all = await webhooksOf(client, organization);
  const found = all.find(({ id, url }) => id === wanted || url === wanted);
  if (!found) throw notFound(`There is no webhook ${wanted}.`, 'See: berth webhooks list');
  return found;
}

/** `invoice.issued`, as it is written on a command line. */
export const shortOf = (type: string): string => type.replace(/^berth\.|\.v1$/g, '');
