import type { Client, Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

type Cluster = Schemas['Cluster'];

export const clustersOf = (client: Client, name?: string): Promise<Cluster[]> =>
  everyPage((cursor) =>
    client.GET('/v1/clusters', { params: { query: { limit: 200, ...(name && { name }), ...(cursor && { cursor }) } } }),
  );

export async function findCluster(client: Client, name: string): Promise<Cluster> {
  const [cluster] = await clustersOf(client, name);
  if (cluster) return cluster;
  throw notFound(`There is no cluster ${name}.`, 'See: berth clusters list');
}

export const reachabilityOf = ({ isOwn, conditions }: Cluster): string => {
  const reachable = conditions.find(({ type }) => type === 'Reachable');
  if (!reachable) return isOwn ? '' : 'not looked at yet';
  return reachable.status === 'true' ? 'answers' : reachable.message;
};

/** Empty: none is configured. */
export const prometheusOf = ({ settings, conditions }: Cluster): string => {
  const statistics = conditions.find(({ type }) => type === 'Statistics');
  if (!statistics) return settings?.prometheus ? 'not looked at yet' : '';
  return statistics.status === 'true' ? 'answers' : statistics.message;
};
