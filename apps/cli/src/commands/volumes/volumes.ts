import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

export type Volume = Schemas['Volume'];

export const volumesOf = (client: Client, workload: string): Promise<Volume[]> =>
  everyPage((cursor) =>
    client.GET('/v1/volumes', { params: { query: { workload, ...(cursor === undefined ? {} : { cursor }) } } }),
  );

/** The one of that name that is not on its way out. */
export async function volumeOf(client: Client, workload: string, name: string): Promise<Volume> {
  const found = (await volumesOf(client, workload)).find((each) => each.name === name && each.state !== 'deleting');
  if (found) return found;
  throw notFound(`There is no volume ${name}.`, 'See: berth volumes list');
}
