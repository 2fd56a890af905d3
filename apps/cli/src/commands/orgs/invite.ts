import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';
import { atPlace, type PlaceOptions, scopeOf } from './people/place.js';

interface Options extends PlaceOptions {
  readonly role: Schemas['CreateInvitation']['role'];
}

export const options = (command: Command): Command =>
  atPlace(inOrganization(command))
    .argument('<e-mail>', 'who gets the mail')
    .addOption(
      new Option('--role <role>', 'on the organization, unless one place in it is named')
        .choices(['owner', 'admin', 'developer', 'viewer', 'billing'])
        .default('developer'),
    );

export async function run(context: Context, { role, ...place }: Options, email: string): Promise<void> {
  const { client, out, selection } = context;
  const { id: organizationId, slug } = await selection.organization();
  const scope = await scopeOf(context, place);
  const body = { organizationId, email, role, ...(scope.kind === 'organization' ? {} : { scope }) };
  const made = await answerOf(client.POST('/v1/invitations', { body }));
  const where = place.env ?? place.project ?? slug;
  await out.result(made, () => `A mail that invites ${email} to ${where} as ${role} is on its way.`);
}
