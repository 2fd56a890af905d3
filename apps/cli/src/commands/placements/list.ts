import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { type Cell, table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = (command: Command): Command =>
  ofWorkload(command).description('clusters that an app stands on, is on its way to, or has left');

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.workload();
  const placements = await placementsOf(client, id);
  const head = ['cluster', 'region', 'state', 'phase', 'release', 'instances', 'serves until', 'what was seen'];
  await out.result(placements, () => table(head, placements.map(row)));
}

const row = (placement: Schemas['Placement']): Cell[] => {
  const { cluster, region, phase, proof, drainUntil, message } = placement;
  const seen = proof ? [`v${proof.release}`, proof.instances.length] : [null, null];
  return [cluster, region, stateOf(placement), phase, ...seen, time(drainUntil), message];
};

function stateOf({ state, isFirst, isFailover }: Schemas['Placement']): string {
  if (isFailover) return `${state} (failover)`;
  return isFirst ? `${state} (first)` : state;
}

export const placementsOf = (client: Client, id: string): Promise<Schemas['Placement'][]> =>
  everyPage((cursor) => {
    const query = { limit: 200, ...(cursor !== undefined && { cursor }) };
    return client.GET('/v1/workloads/{id}/placements', { params: { path: { id }, query } });
  });
