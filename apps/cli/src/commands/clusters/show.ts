import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { record } from '../../output/table.js';
import { findCluster, prometheusOf, reachabilityOf } from './find-cluster.js';

export const options = (command: Command): Command => command.argument('<name>');

export async function run({ client, out }: Context, _options: object, name: string): Promise<void> {
  const cluster = await findCluster(client, name);
  await out.result(cluster, () => textOf(cluster));
}

function textOf(cluster: Schemas['Cluster']): string {
  const { name, region, server, isCordoned, workloads, settings, address } = cluster;
  const { gateway, ingressClass, registry, prometheus } = settings ?? {};
  const said = [prometheus?.url, prometheusOf(cluster)].filter((part) => part !== undefined && part !== '');
  return record({
    ...{ Name: name, Region: region, Server: server, State: reachabilityOf(cluster) },
    ...{ 'New workloads': isCordoned ? 'cordoned' : 'welcome', Workloads: workloads },
    Gateway: gateway && `${gateway.namespace}/${gateway.name} at ${gateway.url}`,
    Address: address.length > 0 ? address.join(', ') : 'is not known',
    ...{ 'Ingress class': ingressClass, Registry: registry },
    Prometheus: said.length === 0 ? 'none is configured' : said.join(': '),
  });
}
