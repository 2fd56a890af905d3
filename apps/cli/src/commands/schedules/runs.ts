import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { runsOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { parseCount } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';
import { findSchedule } from './find-schedule.js';

interface Options {
  readonly limit: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command).argument('<name>', 'a schedule').option('--limit <count>', 'the newest so many', '20');

export async function run(context: Context, { limit }: Options, name: string): Promise<void> {
  const most = parseCount(limit, 1);
  const { id } = await findSchedule(context, name);
  const runs = await runsOf(context.client, id, most);
  await context.out.result(runs, () => table(['due', 'outcome', 'task', 'reason'], runs.map(row)));
}

const row = ({ dueAt, outcome, count, status, taskId, reason }: Schemas['ScheduleRun']): Cell[] => [
  ...[time(dueAt), status ?? (count > 1 ? `${outcome} ${count} times` : outcome), taskId, reason],
];
