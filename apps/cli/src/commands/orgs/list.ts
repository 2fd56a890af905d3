import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const organizations = await everyPage((cursor) =>
    client.GET('/v1/organizations', { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }),
  );
  const rows = organizations.map((each) => [each.slug, each.displayName, each.role, time(each.createdAt)]);
  await out.result(organizations, () => table(['name', 'display name', 'your role', 'created'], rows));
}
