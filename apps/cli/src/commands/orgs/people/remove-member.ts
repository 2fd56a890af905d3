import { answerOf, ApiProblem } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { emailAddress } from '../../../parsing/email.js';
import { inOrganization } from '../../options.js';
import { confirmRemoval, type RemovalOptions } from '../../removal.js';
import { atPlace, isSame, type Member, membersOf, type PlaceOptions, scopeOf } from './place.js';

export const options = (command: Command): Command =>
  atPlace(inOrganization(command))
    .argument('<e-mail>', 'who has a role', emailAddress)
    .option('--yes', 'do not ask for the address once more');

/** All roles that somebody has in the organization, or the one on a project or environment. */
export async function run(context: Context, given: PlaceOptions & RemovalOptions, email: string): Promise<void> {
  const { client, out, selection } = context;
  const { id: organization, slug } = await selection.organization();
  const isOne = given.project !== undefined || given.env !== undefined;
  const scope = await scopeOf(context, given);
  const theirs = (await membersOf(client, organization)).filter((each) => each.email === email);
  const roles = isOne ? theirs.filter((each) => isSame(each.scope, scope)) : theirs;
  if (roles.length === 0) throw notFound(`${email} has no role there.`, 'See: berth orgs members');
  const what = isOne ? `the role of ${email} there` : `every role of ${email} in ${slug}`;
  await confirmRemoval(context, what, email, given);
  for (const { id } of await inOrder(context, roles))
    await answerOf(client.DELETE('/v1/memberships/{id}', { params: { path: { id } } }));
  await out.result(roles, () => (isOne ? `${email} has no role there any more.` : `${email} has left ${slug}.`));
}

/**
 * The role on the organization goes first, so that nothing has changed when it is refused; one's own goes last, as the others
 * cannot be taken away without it.
 */
async function inOrder(context: Context, roles: readonly Member[]): Promise<readonly Member[]> {
  const isOrdered = roles.length > 1 && roles.some(({ scope }) => scope.kind === 'organization');
  if (!isOrdered) return roles;
  const self = await whoAmI(context);
  const rank = ({ userId, scope }: Member): number => Number((scope.kind === 'organization') === (userId === self));
  return [...roles].sort((one, other) => rank(one) - rank(other));
}

/** Undefined: a machine, which is no member. */
async function whoAmI({ client }: Context): Promise<string | undefined> {
  try {
    return (await answerOf(client.GET('/v1/me'))).id;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}
