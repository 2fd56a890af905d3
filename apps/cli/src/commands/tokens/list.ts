import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

/** How each starts; the rest is known to nobody. */
export async function run({ client, out }: Context): Promise<void> {
  const tokens = await everyPage((cursor) =>
    client.GET('/v1/api-tokens', { params: { query: cursor === undefined ? {} : { cursor } } }),
  );
  const rows = tokens.map((each) => [
    each.id,
    each.name,
    `${each.prefix}...`,
    each.scopes.join(' '),
    time(each.expiresAt),
    each.lastUsedAt && time(each.lastUsedAt),
  ]);
  await out.result(tokens, () => table(['id', 'name', 'token', 'scopes', 'ends', 'last used'], rows));
}
