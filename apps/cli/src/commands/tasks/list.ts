import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { tasksOf } from '../../lists.js';
import { time } from '../../output/format.js';
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
  const tasks = await tasksOf(context.client, id, most);
  await context.out.result(tasks, () =>
    table(['created', 'status', 'code', 'release', 'command', 'id'], tasks.map(row)),
  );
}

const row = ({ createdAt, status, exitCode, release, command, id }: Schemas['Task']): Cell[] => [
  ...[time(createdAt), status, exitCode, `v${release}`, command.replace(/\s+/g, ' ').slice(0, 60), id],
];
