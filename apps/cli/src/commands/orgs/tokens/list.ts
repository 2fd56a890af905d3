import type { Context } from '../../../context.js';
import { time } from '../../../output/format.js';
import { everyPage } from '../../../output/pages.js';
import { table } from '../../../output/table.js';
import { inOrganization } from '../../options.js';

export const options = inOrganization;

/** How each starts; the rest is known to nobody. */
export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const tokens = await everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/organization-tokens', { params: { query } });
  });
  const rows = tokens.map((each) => [
    each.id,
    each.name,
    `${each.prefix}...`,
    each.role,
    each.scope.kind,
    each.scopes.join(' '),
    time(each.expiresAt),
    each.lastUsedAt && time(each.lastUsedAt),
  ]);
  await out.result(tokens, () => table(['id', 'name', 'token', 'role', 'on', 'scopes', 'ends', 'last used'], rows));
}
