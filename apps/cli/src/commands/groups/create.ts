import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { count, idsOf } from './people.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<name>', 'of the group').argument('[e-mails...]', 'who is in it');

export async function run(
  context: Context,
  _: object,
  ...[name, emails]: [name: string, emails: string[]]
): Promise<void> {
  const { client, out, selection } = context;
  const { id: organizationId } = await selection.organization();
  const memberIds = emails.length === 0 ? [] : await idsOf(context, emails);
  const made = await answerOf(client.POST('/v1/groups', { body: { organizationId, name, memberIds } }));
  await out.result(made, () => `The group ${name} is made, with ${count(made.memberIds.length)}.`);
  out.note(`A role for it: berth groups set-role ${name} developer --project NAME`);
}
