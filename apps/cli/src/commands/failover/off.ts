import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inProject } from '../options.js';

export const options = (command: Command): Command => inProject(command).argument('<env>', 'environment');

export async function run({ client, out, selection }: Context, _options: object, name: string): Promise<void> {
  const environment = await selection.environment(name);
  await answerOf(client.DELETE('/v1/environments/{id}/failover', { params: { path: { id: environment.id } } }));
  await out.result(
    environment,
    () => `What runs in ${environment.slug} waits for its cluster, however long that takes.`,
  );
}
