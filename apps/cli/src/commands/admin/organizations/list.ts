import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { time } from '../../../output/format.js';
import { table } from '../../../output/table.js';
import { organizationsLike } from './organizations.js';

export const options = (command: Command): Command =>
  command.argument('[prefix]', 'how the name begins; without it all of them', '');

export async function run({ client, out }: Context, _: object, prefix: string): Promise<void> {
  const organizations = await organizationsLike(client, prefix);
  const rows = organizations.map((each) => [each.slug, each.displayName, each.status, time(each.createdAt)]);
  await out.result(organizations, () => table(['name', 'shown as', 'status', 'since'], rows));
}
