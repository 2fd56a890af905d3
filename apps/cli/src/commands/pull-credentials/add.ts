import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { givenPassword } from '../auth/credentials.js';
import { inOrganization } from '../options.js';

interface Options {
  readonly username: string;
  readonly passwordStdin?: boolean;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<registry>', 'its host: registry.example, or docker.io')
    .requiredOption('--username <name>', 'who pulls')
    .option('--password-stdin', 'read the password or token from stdin');

export async function run(context: Context, given: Options, registry: string): Promise<void> {
  const { client, out, selection } = context;
  const { id: organizationId, slug } = await selection.organization();
  const body = { organizationId, registry, username: given.username, password: await givenPassword(context, given) };
  const made = await answerOf(client.POST('/v1/pull-credentials', { body }));
  await out.result(made, () => `${slug} pulls from ${registry} as ${made.username}.`);
}
