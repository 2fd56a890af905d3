import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { findOrganization } from './find-organization.js';

export const options = (command: Command): Command => command.argument('<name>', 'of the one that is to be deleted');

export async function run({ client, out }: Context, _: object, name: string): Promise<void> {
  const { id, slug } = await findOrganization(client, name);
  await answerOf(client.DELETE('/v1/organizations/{id}/deletion', { params: { path: { id } } }));
  await out.result({ id }, () => `${slug} is not deleted.`);
}
