import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';

interface Options {
  readonly role: Schemas['CreateInvitation']['role'];
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<e-mail>', 'who gets the mail')
    .addOption(
      new Option('--role <role>', 'on the organization')
        .choices(['owner', 'admin', 'developer', 'viewer', 'billing'])
        .default('developer'),
    );

export async function run({ client, out, selection }: Context, { role }: Options, email: string): Promise<void> {
  const { id: organizationId, slug } = await selection.organization();
  const made = await answerOf(client.POST('/v1/invitations', { body: { organizationId, email, role } }));
  await out.result(made, () => `A mail that invites ${email} to ${slug} as ${role} is on its way.`);
}
