import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { time } from '../../../output/format.js';
import { table } from '../../../output/table.js';
import { linkedIdentitiesOf } from './linked-identities.js';

export const options = (command: Command): Command => command;

export async function run(context: Context): Promise<void> {
  const all = await linkedIdentitiesOf(context);
  const rows = all.map(({ id, provider, createdAt }) => [id, provider, time(createdAt)]);
  await context.out.result(all, () => table(['id', 'provider', 'linked'], rows));
}
