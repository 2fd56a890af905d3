import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { emailAddress } from '../../parsing/email.js';
import { idsOf } from '../groups/people.js';
import { inOrganization } from '../options.js';
import { confirm, type RemovalOptions } from '../removal.js';

interface Options extends RemovalOptions {
  readonly org?: string;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<e-mail>', 'of a member with a role on all of it', emailAddress)
    .option('--yes', 'do not ask for its name once more; needs --org');

/** They become an owner, and whoever gives it away an administrator, at once. */
export async function run(context: Context, given: Options, email: string): Promise<void> {
  if (given.yes && given.org === undefined)
    throw usageError('Which organization? What is given away does not come back.', 'Say --org NAME with --yes.');
  const { client, out, selection } = context;
  const { id, slug } = await selection.organization();
  const [userId = ''] = await idsOf(context, [email]);
  await confirm(context, `This gives ${slug} to ${email}, and makes you its administrator.`, slug, given);
  await answerOf(client.POST('/v1/organizations/{id}/transfer', { params: { path: { id } }, body: { userId } }));
  await out.result(
    { id, owner: userId },
    () => `${slug} is theirs: ${email} is an owner, and you are an administrator.`,
  );
}
