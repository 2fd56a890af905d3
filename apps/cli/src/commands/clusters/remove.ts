import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findCluster } from './find-cluster.js';

interface Options extends RemovalOptions {
  readonly force?: boolean;
}

export const options = (command: Command): Command =>
  removable(command).option('--force', 'although something stands there, because the cluster is gone');

export async function run(context: Context, given: Options, name: string): Promise<void> {
  const { client, out } = context;
  const cluster = await findCluster(client, name);
  const force = given.force ?? false;
  await confirmRemoval(context, whatGoes(name, cluster.workloads, force), name, given);
  const path = { id: cluster.id };
  await answerOf(client.DELETE('/v1/clusters/{id}', { params: { path, ...(force && { query: { force: 'true' } }) } }));
  await out.result(cluster, () =>
    force
      ? `Cluster ${name} is given up. What stood there waits to be moved (berth envs move); should it come back, what runs there is nobody's.`
      : `Cluster ${name} is removed from the platform; nothing was done to it.`,
  );
}

const whatGoes = (name: string, workloads: number, force: boolean): string =>
  force
    ? `what the platform knows of the cluster ${name}, and gives up ${workloads} workloads there with their volumes`
    : `what the platform knows of the cluster ${name}`;
