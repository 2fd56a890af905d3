import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const sessions = await everyPage((cursor) =>
    client.GET('/v1/sessions', { params: { query: cursor === undefined ? {} : { cursor } } }),
  );
  const rows = sessions.map((each) => [
    each.id,
    each.current ? 'this one' : '',
    each.userAgent,
    whereOf(each),
    time(each.createdAt),
    time(each.lastUsedAt),
  ]);
  await out.result(sessions, () => table(['id', '', 'device', 'place', 'since', 'last used'], rows));
}

/** The place as far as it is known, and always the address. */
const whereOf = ({ address, place }: Pick<Schemas['Session'], 'address' | 'place'>): string | null =>
  place === null || address === null ? address : `${place} (${address})`;
