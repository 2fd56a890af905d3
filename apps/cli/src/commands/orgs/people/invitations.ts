import type { Client, Schemas } from '@berth/api-client';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { time } from '../../../output/format.js';
import { everyPage } from '../../../output/pages.js';
import { table } from '../../../output/table.js';
import { inOrganization } from '../../options.js';
import { placeNames } from './place-names.js';

export type Invitation = Schemas['Invitation'];

export const options = inOrganization;

const invitationsOf = (client: Client, organization: string): Promise<Invitation[]> =>
  everyPage((cursor) => {
    const query = { organization, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/invitations', { params: { query } });
  });

/** Those of an address that wait for an answer. @throws CliError when there are none */
export async function invitationsTo({ client, selection }: Context, email: string): Promise<Invitation[]> {
  const { id } = await selection.organization();
  const found = (await invitationsOf(client, id)).filter((each) => each.email === email);
  if (found.length > 0) return found;
  throw notFound(`No invitation of ${email} waits for an answer.`, 'See: berth orgs invitations');
}

export async function run({ client, out, selection }: Context): Promise<void> {
  const invitations = await invitationsOf(client, (await selection.organization()).id);
  await out.result(invitations, async () => {
    const place = await placeNames(
      client,
      invitations.map(({ scope }) => scope),
    );
    const rows = invitations.map((each) => [each.email, each.role, place(each.scope), time(each.expiresAt)]);
    return table(['e-mail', 'role', 'on', 'good until'], rows);
  });
}
