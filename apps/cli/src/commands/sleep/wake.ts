import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseDuration } from '../../parsing/units.js';
import { inProject } from '../options.js';
import { sleepText } from './show.js';

interface Options {
  readonly for: string;
}

export const options = (command: Command): Command =>
  inProject(command).argument('<env>', 'environment').option('--for <duration>', 'so long: 30m, 2h', '1h');

export async function run({ client, out, selection }: Context, given: Options, name: string): Promise<void> {
  const body = { seconds: parseDuration(given.for) };
  const { id } = await selection.environment(name);
  const sleep = await answerOf(client.POST('/v1/environments/{id}/wake', { params: { path: { id } }, body }));
  await out.result(sleep, () => sleepText(sleep));
}
