import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<name>', 'lower-case letters, digits and hyphens');

export async function run({ client, out, selection }: Context, _options: object, slug: string): Promise<void> {
  const organization = await selection.organization();
  const body = { organizationId: organization.id, slug };
  const made = await answerOf(client.POST('/v1/projects', { body }));
  await out.result(made, () => `Project ${made.slug} is made in ${organization.slug}.`);
}
