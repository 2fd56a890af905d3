import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { deploymentsOf } from '../../lists.js';
import { shortCommit, time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { parseCount } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly limit: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command).option('--limit <count>', 'the newest so many', '20');

export async function run(context: Context, { limit }: Options): Promise<void> {
  const most = parseCount(limit, 1);
  const { id } = await context.selection.workload();
  const deployments = await deploymentsOf(context.client, id, most);
  const head = ['#', 'status', 'source', 'commit', 'release', 'created', 'id'];
  await context.out.result(deployments, () => table(head, deployments.map(row)));
}

const row = (each: Schemas['Deployment']): Cell[] => [
  each.number,
  each.failure ? `${each.status} (${each.failure.cause})` : each.status,
  sourceOf(each.source),
  shortCommit(each.commit),
  each.release === null ? null : `v${each.release}`,
  time(each.createdAt),
  each.id,
];

export function sourceOf(source: Schemas['Deployment']['source']): string {
  if (source.kind === 'git') return `git ${source.ref}`;
  if (source.kind === 'release') return `rollback to v${source.number}`;
  if (source.kind === 'promote') return `promotion of v${source.number}`;
  return source.kind === 'image' ? source.image : source.kind;
}
