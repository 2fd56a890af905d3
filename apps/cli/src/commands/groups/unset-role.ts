import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { inOrganization } from '../options.js';
import { atPlace, isSame, type PlaceOptions, scopeOf } from '../orgs/people/place.js';
import { changeGroup, groupNamed } from './groups.js';

export const options = (command: Command): Command => atPlace(inOrganization(command)).argument('<group>');

export async function run(context: Context, place: PlaceOptions, name: string): Promise<void> {
  const [group, scope] = [await groupNamed(context, name), await scopeOf(context, place)];
  if (!group.grants.some((each) => isSame(each.scope, scope)))
    throw notFound(`${name} has no role there.`, 'See: berth groups list');
  const changed = await changeGroup(context, group, ({ grants }) => ({
    grants: grants.filter((each) => !isSame(each.scope, scope)),
  }));
  await context.out.result(changed, () => `${name} has no role there any more.`);
}
