import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { membersOf } from './people/place.js';
import { placeNames } from './people/place-names.js';
import { rolesOf } from './roles/roles.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id } = await selection.organization();
  const members = await membersOf(client, id);
  await out.result(members, async () => {
    const place = await placeNames(
      client,
      members.map(({ scope }) => scope),
    );
    const own = members.some(({ roleId }) => roleId) ? await rolesOf(client, id) : [];
    const role = (each: (typeof members)[number]) => own.find((one) => one.id === each.roleId)?.name ?? each.role;
    const rows = members.map((each) => [
      ...[each.email, each.username, each.displayName, role(each), place(each.scope), time(each.createdAt)],
    ]);
    return table(['e-mail', 'username', 'name', 'role', 'on', 'since'], rows);
  });
}
