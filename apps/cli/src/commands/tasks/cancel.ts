import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { findTask } from './find-task.js';

export const options = (command: Command): Command =>
  ofWorkload(command).argument('[task]', 'id; without it, the newest');

export async function run(context: Context, _options: object, wanted?: string): Promise<void> {
  const { client, out } = context;
  const { id } = await findTask(context, wanted);
  const cancelled = await answerOf(client.POST('/v1/tasks/{id}/cancel', { params: { path: { id } } }));
  await out.result(cancelled, () => `Task ${cancelled.id} is ${cancelled.status}.`);
}
