import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { confirmRemoval, removable, type RemovalOptions } from '../removal.js';
import { findOrganization } from './find-organization.js';

export const options = removable;

/** It rests at once, and is deleted later. */
export async function run(context: Context, given: RemovalOptions, name: string): Promise<void> {
  const { client, out } = context;
  const { id, slug } = await findOrganization(client, name);
  await confirmRemoval(context, `the organization ${slug} with all that it has`, slug, given);
  const path = { id };
  const deletion = await answerOf(client.POST('/v1/organizations/{id}/deletion', { params: { path }, body: { slug } }));
  await out.result(
    deletion,
    () => `What runs of ${slug} is ending; it is deleted after ${time(deletion.deletedAt)} UTC.`,
  );
  out.note(`Until then an owner takes that back: berth orgs restore ${slug}`);
}
