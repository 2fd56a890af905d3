import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { ofWorkload } from '../options.js';
import { findSchedule } from './find-schedule.js';

export const options = (command: Command): Command => ofWorkload(command).argument('<name>', 'a schedule');

export async function run(context: Context, _options: object, name: string): Promise<void> {
  const { id } = await findSchedule(context, name);
  await answerOf(context.client.DELETE('/v1/schedules/{id}', { params: { path: { id } } }));
  await context.out.result({ id, name }, () => `Schedule ${name} is deleted; what runs of it goes on to its end.`);
}
