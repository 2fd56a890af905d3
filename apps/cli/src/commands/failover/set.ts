import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { parseDuration } from '../../parsing/units.js';
import { inProject } from '../options.js';
import { failoverText } from './show.js';

interface Options {
  readonly after: string;
  readonly workersMayRunTwice?: boolean;
}

export const options = (command: Command): Command =>
  inProject(command)
    .argument('<env>', 'environment')
    .option('--after <duration>', 'when its cluster has not answered for so long: 5m, 1h', '5m')
    .option('--workers-may-run-twice', 'also what runs workers: nobody can end them where nobody answers');

export async function run({ client, out, selection }: Context, given: Options, name: string): Promise<void> {
  const body = { afterSeconds: parseDuration(given.after), workersMayRunTwice: given.workersMayRunTwice ?? false };
  const { id } = await selection.environment(name);
  const failover = await answerOf(client.PUT('/v1/environments/{id}/failover', { params: { path: { id } }, body }));
  await out.result(failover, () => failoverText(failover));
}
