import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { CliError, CommandEnded, exitCodes } from '../../errors.js';
import { sizeOf } from '../../parsing/scale.js';
import { commandLine } from '../../parsing/shell-words.js';
import { parseDuration } from '../../parsing/units.js';
import { ofWorkload } from '../options.js';
import { followTask } from './follow-task.js';

interface Options {
  readonly cpu?: string;
  readonly memory?: string;
  readonly deadline?: string;
  readonly detach?: boolean;
}

export const options = (command: Command): Command =>
  ofWorkload(command)
    .argument('<command...>', 'the command and its words; a single one is read by a shell')
    .option('--cpu <amount>', 'CPU it may use: 500m, 2')
    .option('--memory <amount>', 'memory it may use: 256Mi, 1Gi')
    .option('--deadline <duration>', 'end it after 30s, 10m, 2h (default: 1h)')
    .option('-d, --detach', 'do not wait for its end')
    .passThroughOptions();

/** Ends with the code of the command. */
export async function run(context: Context, given: Options, words: string[]): Promise<void> {
  const { client, out, selection } = context;
  const deadline = given.deadline === undefined ? {} : { deadlineSeconds: parseDuration(given.deadline) };
  const body = { command: commandLine(words), ...sizeOf(given), ...deadline };
  const { id } = await selection.workload();
  const task = await answerOf(client.POST('/v1/workloads/{id}/tasks', { params: { path: { id } }, body }));
  if (given.detach)
    return out.result(task, () => `Task ${task.id} runs on v${task.release}: berth tasks logs ${task.id}`);
  const ended = await followTask(context, task);
  if (out.json) await out.result(ended, () => '');
  tellEnd(ended);
}

function tellEnd({ exitCode, status, failure }: Schemas['Task']): void {
  if (exitCode === 0) return;
  if (exitCode !== null) throw new CommandEnded(exitCode);
  throw new CliError(exitCodes.unexpected, failure?.message ?? `It is ${status}.`, failure?.nextStep);
}
