import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findCluster } from './find-cluster.js';

export const options = removable;

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out } = context;
  const cluster = await findCluster(client, name);
  await confirmRemoval(context, `what the platform knows of the cluster ${name}`, name, given);
  await answerOf(client.DELETE('/v1/clusters/{id}', { params: { path: { id: cluster.id } } }));
  await out.result(cluster, () => `Cluster ${name} is removed from the platform; nothing was done to it.`);
}
