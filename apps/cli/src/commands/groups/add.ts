import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { changeGroup, groupNamed } from './groups.js';
import { count, idsOf } from './people.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<group>').argument('<e-mails...>', 'members of the organization');

/** Whoever is in it gets what it has. */
export async function run(
  context: Context,
  _: object,
  ...[name, emails]: [name: string, emails: string[]]
): Promise<void> {
  const [group, ids] = [await groupNamed(context, name), await idsOf(context, emails)];
  const changed = await changeGroup(context, group, ({ memberIds }) => ({
    memberIds: [...new Set([...memberIds, ...ids])],
  }));
  await context.out.result(changed, () => `${name} has ${count(changed.memberIds.length)}.`);
}
