import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { emailAddress } from '../../../parsing/email.js';
import { inOrganization } from '../../options.js';
import { atPlace, isSame, membersOf, type PlaceOptions, roleNamed, scopeOf } from './place.js';
import { asRead } from '../../as-read.js';

export const options = (command: Command): Command =>
  atPlace(inOrganization(command))
    .argument('<e-mail>', 'of a member', emailAddress)
    .argument('<role>', 'owner, admin, developer, viewer, billing, or one of berth orgs roles');

/** Whoever has a role there gets this one instead. */
export async function run(
  context: Context,
  place: PlaceOptions,
  ...[email, name]: [email: string, name: string]
): Promise<void> {
  const { client, out, selection } = context;
  const { id: organizationId } = await selection.organization();
  const [scope, role] = [await scopeOf(context, place), await roleNamed(client, organizationId, name)];
  const members = await membersOf(client, organizationId);
  const known = members.find((each) => each.email === email && isSame(each.scope, scope));
  const member = known
    ? await changed(context, known.id, role)
    : await answerOf(client.POST('/v1/memberships', { body: { organizationId, email, scope, ...role } }));
  await out.result(member, () => `${email} is ${name} there.`);
}

/** Refused when somebody else changes it at the same time. */
async function changed({ client }: Context, id: string, body: Awaited<ReturnType<typeof roleNamed>>) {
  const params = { path: { id } };
  const { response } = await client.GET('/v1/memberships/{id}', { params });
  const headers = asRead(response);
  return answerOf(client.PATCH('/v1/memberships/{id}', { params, headers, body }));
}
