import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { schedulesOf } from '../../lists.js';
import { time } from '../../output/format.js';
import { type Cell, table } from '../../output/table.js';
import { ofWorkload } from '../options.js';

export const options = ofWorkload;

export async function run({ client, out, selection }: Context): Promise<void> {
  const schedules = await schedulesOf(client, (await selection.workload()).id);
  await out.result(schedules, () => table(['name', 'times', 'time zone', 'next', 'command'], schedules.map(row)));
}

const row = ({ name, cron, timeZone, nextAt, command }: Schemas['Schedule']): Cell[] => [
  ...[name, cron, timeZone, nextAt === null ? 'suspended' : time(nextAt), command.replace(/\s+/g, ' ').slice(0, 60)],
];
