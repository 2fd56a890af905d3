import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { inOrganization } from '../options.js';
import { atPlace, isSame, type PlaceOptions, roleNamed, scopeOf } from '../orgs/people/place.js';
import { changeGroup, groupNamed } from './groups.js';

export const options = (command: Command): Command =>
  atPlace(inOrganization(command))
    .argument('<group>')
    .argument('<role>', 'admin, developer, viewer, billing, or one of berth orgs roles');

/** In the place of the role that it has there. */
export async function run(
  context: Context,
  place: PlaceOptions,
  ...[name, wanted]: [name: string, wanted: string]
): Promise<void> {
  const group = await groupNamed(context, name);
  const { role, roleId } = await roleNamed(context.client, group.organizationId, wanted);
  if (role === 'owner') throw usageError('Nobody is an owner by being in a group.');
  const scope = await scopeOf(context, place);
  const grant = { scope, role, ...(roleId === undefined ? {} : { roleId }) };
  const changed = await changeGroup(context, group, ({ grants }) => ({
    grants: [...grants.filter((each) => !isSame(each.scope, scope)), grant],
  }));
  await context.out.result(changed, () => `Whoever is in ${name} is ${wanted} there.`);
}
