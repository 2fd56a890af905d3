import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const asked = await everyPage((cursor) =>
    client.GET('/v1/me/impersonations', { params: { query: cursor === undefined ? {} : { cursor } } }),
  );
  const rows = asked.map((each) => [each.id, each.state, time(each.createdAt), time(each.expiresAt), each.reason]);
  await out.result(asked, () => table(['id', 'state', 'since', 'until', 'why'], rows));
}
