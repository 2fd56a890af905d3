import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { duration } from '../../output/format.js';
import { record } from '../../output/table.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command => inProject(command).argument('<env>', 'environment');

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const { id } = await selection.environment(name);
  const failover = await answerOf(client.GET('/v1/environments/{id}/failover', { params: { path: { id } } }));
  await out.result(failover, () => failoverText(failover));
}

export const failoverText = ({ afterSeconds, workersMayRunTwice }: Schemas['Failover']): string =>
  record({
    'Leaves its cluster': `when that has not answered for ${duration(afterSeconds * 1_000)}`,
    'What leaves': workersMayRunTwice
      ? 'all that has no volumes; workers may run twice'
      : 'what runs only web and has no volumes',
  });
