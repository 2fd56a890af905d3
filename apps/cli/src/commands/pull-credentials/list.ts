import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { pullCredentialsOf } from './pull-credentials.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const all = await pullCredentialsOf(client, (await selection.organization()).id);
  await out.result(all, () =>
    table(
      ['registry', 'user', 'added'],
      all.map(({ registry, username, createdAt }) => [registry, username, time(createdAt)]),
    ),
  );
}
