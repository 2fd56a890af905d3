import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { findCluster } from './find-cluster.js';

export const options = (command: Command): Command => command.argument('<name>');

export async function run({ client, out }: Context, _options: object, name: string): Promise<void> {
  const { id } = await findCluster(client, name);
  const changed = await answerOf(client.POST('/v1/clusters/{id}/cordon', { params: { path: { id } } }));
  await out.result(changed, () => `Cluster ${name} takes nothing new; what runs there goes on.`);
}
