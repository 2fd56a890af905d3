import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { clustersOf, prometheusOf, reachabilityOf } from './find-cluster.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const clusters = await clustersOf(client);
  const head = ['name', 'region', 'workloads', 'new ones', 'state', 'prometheus', 'server'];
  const rows = clusters.map((each) => [
    ...[each.name, each.region, each.workloads, each.isCordoned ? 'cordoned' : 'welcome'],
    ...[reachabilityOf(each), prometheusOf(each), each.server],
  ]);
  await out.result(clusters, () => table(head, rows));
}
