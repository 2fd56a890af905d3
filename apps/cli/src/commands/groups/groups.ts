import { answerOf, type Client, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';
import { asRead } from '../as-read.js';

export type Group = Schemas['Group'];
type Grant = NonNullable<Schemas['UpdateGroup']['grants']>[number];
type Changeable = Required<Schemas['UpdateGroup']>;

/** Nobody is an owner by being in a group. */
const isGiven = (grant: Group['grants'][number]): grant is Grant => grant.role !== 'owner';

export const groupsOf = (client: Client, organization: string): Promise<Group[]> =>
  everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/groups', { params: { query } });
  });

/** @throws CliError when there is no group of this name */
export async function groupNamed({ client, selection }: Context, name: string): Promise<Group> {
  const { id } = await selection.organization();
  const found = (await groupsOf(client, id)).find((each) => each.name === name);
  if (found) return found;
  throw notFound(`There is no group "${name}".`, 'See: berth groups list');
}

/** What `change` makes of the group as it is now; refused when somebody else changes it at the same time. */
export async function changeGroup(
  { client }: Context,
  { id }: Group,
  change: (group: Changeable) => Schemas['UpdateGroup'],
): Promise<Group> {
  const params = { path: { id } };
  const answer = client.GET('/v1/groups/{id}', { params });
  const [{ memberIds, grants }, { response }] = [await answerOf(answer), await answer];
  const headers = asRead(response);
  const body = change({ memberIds, grants: grants.filter(isGiven) });
  return answerOf(client.PATCH('/v1/groups/{id}', { params, headers, body }));
}
