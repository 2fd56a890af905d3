import type { Context } from '../../context.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { membersOf } from '../orgs/people/place.js';
import { placeNames } from '../orgs/people/place-names.js';
import { rolesOf } from '../orgs/roles/roles.js';
import { groupsOf } from './groups.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.organization();
  const groups = await groupsOf(client, id);
  await out.result(groups, async () => {
    const grants = groups.flatMap((group) => group.grants);
    const [members, own, place] = [
      await membersOf(client, id),
      grants.some(({ roleId }) => roleId !== undefined) ? await rolesOf(client, id) : [],
      await placeNames(
        client,
        grants.map(({ scope }) => scope),
      ),
    ];
    const email = (userId: string) => members.find((each) => each.userId === userId)?.email ?? userId;
    const rows = groups.map(({ name, memberIds, grants: given }) => [
      name,
      memberIds.map(email).join(', '),
      given
        .map(({ role, roleId, scope }) => `${own.find((each) => each.id === roleId)?.name ?? role} on ${place(scope)}`)
        .join(', '),
    ]);
    return table(['group', 'members', 'roles'], rows);
  });
}
