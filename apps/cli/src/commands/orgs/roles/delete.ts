import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { inOrganization } from '../../options.js';
import { confirmRemoval, removable, type RemovalOptions } from '../../removal.js';
import { rolesOf } from './roles.js';

export const options = (command: Command): Command => inOrganization(removable(command));

export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out, selection } = context;
  const { id: organization } = await selection.organization();
  const role = (await rolesOf(client, organization)).find((each) => each.name === name);
  if (!role) throw notFound(`There is no role "${name}" of its own.`, 'See: berth orgs roles');
  await confirmRemoval(context, `the role ${name}`, name, given);
  await answerOf(client.DELETE('/v1/roles/{id}', { params: { path: { id: role.id } } }));
  await out.result(role, () => `The role ${name} is deleted.`);
}
