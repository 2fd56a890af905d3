import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inProject } from '../options.js';
import type { Rollback } from './rollback-view.js';

export const options = (command: Command): Command => inProject(command).argument('<name>');

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const { id } = await selection.environment(name);
  const rollbacks = await everyPage((cursor) =>
    client.GET('/v1/environments/{id}/rollbacks', {
      params: { path: { id }, query: { limit: 200, ...(cursor && { cursor }) } },
    }),
  );
  const rows = rollbacks.map((each) => [each.id, time(each.createdAt), each.snapshotId, each.status, appsIn(each)]);
  await out.result(rollbacks, () => table(['rollback', 'begun', 'to snapshot', 'status', 'apps'], rows));
}

/** What went back is not worth a word. */
const appsIn = ({ items }: Rollback): string => items.map(wordOf).join(', ');

const wordOf = ({ app, outcome }: Schemas['EnvironmentRollback']['items'][number]): string =>
  outcome === 'live' ? app : `${app} (${outcome})`;
