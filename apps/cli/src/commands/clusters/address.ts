import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { findCluster } from './find-cluster.js';

export const options = (command: Command): Command =>
  command
    .argument('<name>')
    .argument('[address...]', 'IP addresses, or one DNS name; none: records that lead there stay as they are');

export async function run({ client, out }: Context, _: object, name: string, address: string[]): Promise<void> {
  const { id } = await findCluster(client, name);
  const path = { id };
  const changed = await answerOf(client.PUT('/v1/clusters/{id}/address', { params: { path }, body: { address } }));
  await out.result(changed, () =>
    address.length > 0 ? `Records of hosts lead to ${address.join(', ')}.` : `Where ${name} is reached is not known.`,
  );
}
