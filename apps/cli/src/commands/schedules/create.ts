import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { sizeOf } from '../../parsing/scale.js';
import { commandLine } from '../../parsing/shell-words.js';
import { parseDuration } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';

interface Options {
  readonly cron: string;
  readonly timeZone: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly deadline?: string;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<name>', 'unique in the workload')
    .argument('<command...>', 'the command and its words; a single one is read by a shell')
    .requiredOption('--cron <times>', 'minute, hour, day, month, day of the week: "0 3 * * mon-fri"')
    .option('--time-zone <name>', 'whose clock that is: Europe/Berlin', 'UTC')
    .option('--cpu <amount>', 'CPU that each run may use: 500m, 2')
    .option('--memory <amount>', 'memory that each run may use: 256Mi, 1Gi')
    .option('--deadline <duration>', 'end a run after 30s, 10m, 2h (default: 1h)')
    .passThroughOptions();

export async function run(context: Context, given: Options, name: string, words: string[]): Promise<void> {
  const { client, out, selection } = context;
  const { cron, timeZone } = given;
  const deadline = given.deadline === undefined ? {} : { deadlineSeconds: parseDuration(given.deadline) };
  const body = { name, cron, timeZone, command: commandLine(words), ...sizeOf(given), ...deadline };
  const { id } = await selection.workload();
  const made = await answerOf(client.POST('/v1/workloads/{id}/schedules', { params: { path: { id } }, body }));
  await out.result(made, () => `Schedule ${name} runs next at ${time(made.nextAt)}.`);
}
