import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inProject } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions, removalText, removeWorkloads } from '../removal.js';

export const options = (command: Command): Command => inProject(removable(command));

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const environment = await selection.environment(name);
  await confirmRemoval(context, `the environment ${environment.slug} and all that runs in it`, name, given);
  const ended = await removeWorkloads(context, { environment: environment.id });
  await answerOf(client.DELETE('/v1/environments/{id}', { params: { path: { id: environment.id } } }));
  await out.result(environment, () => removalText(`Environment ${environment.slug}`, ended.length, 'in it'));
}
