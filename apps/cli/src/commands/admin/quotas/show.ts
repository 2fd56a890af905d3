import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { table } from '../../../output/table.js';
import { organizationNamed } from '../organizations/organizations.js';

export const options = (command: Command): Command => command.argument('<name>', 'of the organization');

export async function run({ client, out }: Context, _: object, slug: string): Promise<void> {
  const { id: organizationId } = await organizationNamed(client, slug);
  const quota = await answerOf(client.GET('/v1/quotas/{organizationId}', { params: { path: { organizationId } } }));
  const rows = Object.entries(quota).map(([name, most]) => [name, String(most)]);
  await out.result(quota, () => table(['of', 'at most'], rows));
}
