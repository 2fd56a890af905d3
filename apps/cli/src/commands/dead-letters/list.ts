import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { type OfService, ofService } from './of-service.js';

export const options = (command: Command): Command => ofService(command);

const LIMIT = 200;

export async function run({ client, out }: Context, { of }: OfService): Promise<void> {
  const letters = await everyPage((cursor) =>
    client.GET(`/v1/admin/${of}/dead-letters`, { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } }),
  );
  await out.result(letters, () =>
    table(
      ['since', 'event', 'type', 'key', 'state', 'reason'],
      letters.map(({ since, id, type, key, state, reason }) => [time(since), id, type, key, state, reason]),
    ),
  );
}
