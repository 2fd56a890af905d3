import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound, usageError } from '../../../errors.js';
import { linkedIdentitiesOf } from './linked-identities.js';

export const options = (command: Command): Command =>
  command.argument('<provider>', 'its name, or the id of berth account identities');

export async function run(context: Context, _options: object, wanted: string): Promise<void> {
  const { client, out } = context;
  const all = await linkedIdentitiesOf(context);
  const [found, ...others] = all.filter(({ id, provider }) => id === wanted || provider === wanted);
  if (others.length > 0) throw usageError(`There are ${others.length + 1} of this name: say the id.`);
  if (!found) throw notFound(`You are not linked to "${wanted}".`, 'See: berth account identities');
  await client.DELETE('/v1/auth/identities/{id}', { params: { path: { id: found.id } } });
  await out.result({ id: found.id }, () => `You get in by ${found.provider} no more.`);
}
