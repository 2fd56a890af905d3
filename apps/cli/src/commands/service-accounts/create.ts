import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { inOrganization } from '../options.js';

interface Options {
  readonly role: Schemas['CreateServiceAccount']['role'];
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<name>', 'what the machine is called')
    .addOption(
      new Option('--role <role>', 'on the organization')
        .choices(['admin', 'developer', 'viewer', 'billing'])
        .default('developer'),
    );

export async function run({ client, out, selection }: Context, { role }: Options, name: string): Promise<void> {
  const { id: organizationId } = await selection.organization();
  const made = await answerOf(client.POST('/v1/service-accounts', { body: { organizationId, name, role } }));
  await out.result(made, () => `${name} is made: ${made.id}`);
  out.note(`A secret for it: berth service-accounts add-secret ${name}`);
}
