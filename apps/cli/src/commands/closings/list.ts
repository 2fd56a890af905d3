import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command =>
  command.description('months that are due and cannot be closed, of all organizations');

const LIMIT = 200;

export async function run({ client, out }: Context): Promise<void> {
  const blocked = await everyPage((cursor) =>
    client.GET('/v1/admin/metering/closings', { params: { query: { limit: LIMIT, ...(cursor && { cursor }) } } }),
  );
  await out.result(blocked, () =>
    table(
      ['organization', 'month', 'kept open by', 'looked at again'],
      blocked.map((each) => [each.organizationId, each.month, each.blocked, time(each.lookedAgainAt)]),
    ),
  );
}
