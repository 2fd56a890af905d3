import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { peopleOf } from '../../output/people.js';
import { record } from '../../output/table.js';
import { ofWorkload } from '../options.js';
import { findTask } from './find-task.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[task]', 'id; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const task = await findTask(context, wanted);
  await context.out.result(task, async () => {
    const name = await peopleOf(context, task.organizationId, [task.createdBy]);
    return [about(task, name(task.createdBy)), ...why(task)].join('\n\n');
  });
}

const about = (task: Schemas['Task'], by: string): string =>
  record({
    Task: task.id,
    Command: task.command,
    Release: `v${task.release}`,
    Status: task.status,
    'Exit code': task.exitCode,
    Size: `${task.cpuMillicores}m CPU, ${task.memoryMib} MiB`,
    Asked: `${time(task.createdAt)} by ${by}`,
    Started: time(task.startedAt),
    Ended: time(task.endedAt),
  });

/** The evidence often begins with what is said already. */
function why({ failure }: Schemas['Task']): string[] {
  if (!failure) return [];
  const evidence = failure.evidence.filter((line) => line !== failure.message);
  return [failure.message, ...(evidence.length > 0 ? [evidence.join('\n')] : []), failure.nextStep];
}
