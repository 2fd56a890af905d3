import { answerOf, type Client, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { everyPage } from '../../../output/pages.js';
import { type Because, withReason } from '../reason.js';

export type Organization = Schemas['Organization'];

export const organizationsLike = (client: Client, search: string): Promise<Organization[]> =>
  everyPage((cursor) => {
    const query = { search, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/admin/user-management/organizations', { params: { query } });
  });

/** Of anybody: administrators need no role in it. @throws CliError when there is none of that name */
export async function organizationNamed(client: Client, slug: string): Promise<Organization> {
  const found = (await organizationsLike(client, slug)).find((each) => each.slug === slug);
  if (found) return found;
  throw notFound(`There is no organization "${slug}".`, 'See: berth admin orgs PREFIX');
}

/** A command that does it to an organization. */
export const actOn = (act: 'suspend' | 'resume', done: (slug: string) => string) => ({
  options: (command: Command): Command => withReason(command.argument('<name>', 'of the organization')),
  async run({ client, out }: Context, { reason }: Because, slug: string): Promise<void> {
    const organization = await organizationNamed(client, slug);
    const params = { path: { id: organization.id } };
    await answerOf(client.POST(`/v1/admin/user-management/organizations/{id}/${act}`, { params, body: { reason } }));
    await out.result(organization, () => done(slug));
  },
});
