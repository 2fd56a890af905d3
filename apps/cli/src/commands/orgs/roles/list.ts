import type { Context } from '../../../context.js';
import { table } from '../../../output/table.js';
import { inOrganization } from '../../options.js';
import { rolesOf } from './roles.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const roles = await rolesOf(client, (await selection.organization()).id);
  const rows = roles.map(({ name, permissions }) => [name, permissions.join(' ')]);
  await out.result(roles, () => table(['role', 'may'], rows));
}
