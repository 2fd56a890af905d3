import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command).description('clusters that an app stands on, is on its way to, or has left');

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const placements = await placementsOf(client, id);
  const rows = placements.map(({ cluster, region, state, isFailover, drainUntil, message }) => [
    ...[cluster, region, isFailover ? `${state} (failover)` : state, time(drainUntil), message],
  ]);
  await out.result(placements, () => table(['cluster', 'region', 'state', 'serves until', 'what was seen'], rows));
}

export const placementsOf = (client: Client, id: string): Promise<Schemas['Placement'][]> =>
  everyPage((cursor) => {
    const query = { limit: 200, ...(cursor !== undefined && { cursor }) };
    return client.GET('/v1/workloads/{id}/placements', { params: { path: { id }, query } });
  });
