import { answerOf, type Client } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { inOrganization } from '../../options.js';
import { type CustomRole, rolesOf } from './roles.js';
import { asRead } from '../../as-read.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<role>', 'its name; one that there is gets exactly these permissions')
    .argument('<permissions...>', 'apps:read deployments:create ...');

export async function run(
  { client, out, selection }: Context,
  _: object,
  ...[name, permissions]: [name: string, permissions: string[]]
): Promise<void> {
  const { id: organizationId } = await selection.organization();
  const known = (await rolesOf(client, organizationId)).find((each) => each.name === name);
  const role = known
    ? await changed(client, known, permissions)
    : await answerOf(client.POST('/v1/roles', { body: { organizationId, name, permissions } }));
  await out.result(role, () => `${name} may ${role.permissions.join(' ')}.`);
}

/** Refused when somebody else changes it at the same time. */
async function changed(client: Client, { id }: CustomRole, permissions: string[]): Promise<CustomRole> {
  const path = { id };
  const { response } = await client.GET('/v1/roles/{id}', { params: { path } });
  const headers = asRead(response);
  return answerOf(client.PATCH('/v1/roles/{id}', { params: { path }, headers, body: { permissions } }));
}
