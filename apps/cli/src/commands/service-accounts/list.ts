import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { serviceAccountsOf } from './find.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const accounts = await serviceAccountsOf(client, (await selection.organization()).id);
  const rows = accounts.map((each) => [
    each.id,
    each.name,
    each.role,
    each.scope.kind,
    each.secrets.map((secret) => `${secret.prefix}... until ${time(secret.expiresAt)}`).join(', '),
  ]);
  await out.result(accounts, () => table(['client id', 'name', 'role', 'on', 'secrets'], rows));
}
