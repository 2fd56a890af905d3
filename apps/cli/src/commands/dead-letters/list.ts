import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

const LIMIT = 200;

export async function run({ client, out }: Context): Promise<void> {
  const letters = await everyPage((cursor) =>
    client.GET('/v1/admin/metering/dead-letters', { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } }),
  );
  await out.result(letters, () =>
    table(
      ['since', 'event', 'type', 'key', 'state', 'reason'],
      letters.map(({ since, id, type, key, state, reason }) => [time(since), id, type, key, state, reason]),
    ),
  );
}
