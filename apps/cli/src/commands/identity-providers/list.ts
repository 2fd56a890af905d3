import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { addressOf, identityProvidersOf } from './identity-providers.js';

export const options = inOrganization;

export async function run(context: Context): Promise<void> {
  const all = await identityProvidersOf(context);
  const rows = all.map((each) => [
    ...[each.id, each.displayName, each.endpoints.kind, addressOf(each), each.clientId, time(each.createdAt)],
  ]);
  await context.out.result(all, () => table(['id', 'name', 'kind', 'at', 'client', 'added'], rows));
}
