import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const members = await everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/memberships', { params: { query } });
  });
  const rows = members.map((each) => [each.email, each.displayName, each.role, each.scope.kind, time(each.createdAt)]);
  await out.result(members, () => table(['e-mail', 'name', 'role', 'on', 'since'], rows));
}
