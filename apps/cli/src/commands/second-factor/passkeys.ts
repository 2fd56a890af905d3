import type { Client, Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { notFound, usageError } from '../../errors.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

type Passkey = Schemas['Passkey'];

export const options = (command: Command): Command => command;

const passkeysOf = (client: Client): Promise<Passkey[]> =>
  everyPage((cursor) => client.GET('/v1/auth/passkeys', { params: { query: cursor === undefined ? {} : { cursor } } }));

/** By name or by id: names may come twice. */
export async function findPasskey({ client }: Context, wanted: string): Promise<Passkey> {
  const [found, ...others] = (await passkeysOf(client)).filter(({ id, name }) => id === wanted || name === wanted);
  if (others.length > 0) throw usageError(`You have ${others.length + 1} of this name: say the id.`);
  if (!found) throw notFound(`You have no passkey "${wanted}".`, 'See: berth 2fa passkeys');
  return found;
}

export async function run({ client, out }: Context): Promise<void> {
  const passkeys = await passkeysOf(client);
  const rows = passkeys.map((each) => [
    ...[each.id, each.name, each.backedUp ? 'yes' : 'no', time(each.createdAt)],
    each.lastUsedAt && time(each.lastUsedAt),
  ]);
  await out.result(passkeys, () => table(['id', 'name', 'backed up', 'added', 'last used'], rows));
  if (!out.json) out.note('Only a browser can add one: it alone may speak to the device (/v1/auth/passkeys/options).');
}
