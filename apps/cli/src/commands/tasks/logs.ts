import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { findTask } from './find-task.js';
import { followTask } from './follow-task.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[task]', 'id; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const ended = await followTask(context, await findTask(context, wanted));
  if (context.out.json) await context.out.result(ended, () => '');
}
