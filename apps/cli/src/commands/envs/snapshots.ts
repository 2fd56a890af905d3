import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command => inProject(command).argument('<name>');

export const snapshotsOf = (client: Client, id: string): Promise<Schemas['Snapshot'][]> =>
  everyPage((cursor) =>
    client.GET('/v1/environments/{id}/snapshots', {
      params: { path: { id }, query: { limit: 200, ...(cursor && { cursor }) } },
    }),
  );

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const snapshots = await snapshotsOf(client, (await selection.environment(name)).id);
  const rows = snapshots.map(({ id, workloads, note, createdAt }) => [id, time(createdAt), workloads.length, note]);
  await out.result(snapshots, () => table(['snapshot', 'made', 'apps', 'note'], rows));
}
