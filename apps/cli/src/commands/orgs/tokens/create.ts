import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../../context.js';
import { wholeNumber } from '../../../parsing/whole-number.js';
import { inOrganization } from '../../options.js';

interface Options {
  readonly role: Schemas['CreateOrganizationToken']['role'];
  readonly scope: string[];
  readonly days: number;
}

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<name>', 'to tell it from others')
    .addOption(
      new Option('--role <role>', 'on the organization')
        .choices(['admin', 'developer', 'viewer', 'billing'])
        .default('developer'),
    )
    .option('--scope <scope...>', 'what of its role it may do: "*", "apps:*", "deployments:create"', ['*'])
    .option('--days <number>', 'until it ends', wholeNumber, 90);

/** The token is the result: it is shown this once. */
export async function run({ client, out, selection }: Context, given: Options, name: string): Promise<void> {
  const { id: organizationId } = await selection.organization();
  const body = { organizationId, name, role: given.role, scopes: given.scope, expiresInDays: given.days };
  const made = await answerOf(client.POST('/v1/organization-tokens', { body }));
  await out.result(made, () => made.token);
  out.note('It is shown this once. Exchange it at /v1/auth/token for access tokens.');
}
