import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { allOrganizations } from '../../lists.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const organizations = await allOrganizations(client);
  const rows = organizations.map((each) => [each.slug, each.displayName, each.role, time(each.createdAt)]);
  await out.result(organizations, () => table(['name', 'display name', 'your role', 'created'], rows));
}
