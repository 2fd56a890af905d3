import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { groupNamed } from './groups.js';

export const options = (command: Command): Command => inOrganization(removable(command));

/** Its members keep what they have of their own. */
export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out } = context;
  const group = await groupNamed(context, name);
  await confirmRemoval(context, `the group ${name}`, name, given);
  await answerOf(client.DELETE('/v1/groups/{id}', { params: { path: { id: group.id } } }));
  await out.result(group, () => `The group ${name} is deleted.`);
}
