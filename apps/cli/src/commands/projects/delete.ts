import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';

export const options = (command: Command): Command => inOrganization(removable(command));

/** Only an empty one: the server refuses while apps or environments are left in it. */
export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const project = await selection.project(name);
  await confirmRemoval(context, `the project ${project.slug}`, name, given);
  await answerOf(client.DELETE('/v1/projects/{id}', { params: { path: { id: project.id } } }));
  await out.result(project, () => `Project ${project.slug} is deleted.`);
}
