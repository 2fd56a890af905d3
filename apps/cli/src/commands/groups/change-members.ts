import type { Command } from 'commander';
import type { CommandModule } from '../../command-entry.js';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { changeGroup, groupNamed } from './groups.js';
import { count, idsOf } from './people.js';

/** A command that names a group and members: `change` makes of the ids of those in it, and of those named, who is in it then. */
export const changeMembers = (
  named: string,
  change: (inIt: readonly string[], named: readonly string[]) => string[],
): CommandModule => ({
  options: (command: Command) => inOrganization(command).argument('<group>').argument('<e-mails...>', named),
  async run(context: Context, _: object, ...[name, emails]: [name: string, emails: string[]]): Promise<void> {
    const [group, ids] = [await groupNamed(context, name), await idsOf(context, emails)];
    const changed = await changeGroup(context, group, ({ memberIds }) => ({ memberIds: change(memberIds, ids) }));
    await context.out.result(changed, () => `${name} has ${count(changed.memberIds.length)}.`);
  },
});
