import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseHours } from '../../parsing/hours.js';
import { inProject } from '../options.js';
import { sleepText } from './show.js';

interface Options {
  readonly timeZone: string;
  readonly awake?: string[];
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<env>', 'environment')
    .option('--awake <hours...>', 'when it runs: "mon-fri 08:00-19:00"; without any it sleeps until it is woken')
    .option('--time-zone <name>', 'whose clock that is: Europe/Berlin', 'UTC');

export async function run({ client, out, selection }: Context, given: Options, name: string): Promise<void> {
  const body = { timeZone: given.timeZone, awake: (given.awake ?? []).map(parseHours) };
  const { id } = await selection.environment(name);
  const sleep = await answerOf(client.PUT('/v1/environments/{id}/sleep', { params: { path: { id } }, body }));
  await out.result(sleep, () => sleepText(sleep));
}
