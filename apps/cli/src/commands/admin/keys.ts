import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const { items } = await answerOf(client.GET('/v1/admin/user-management/signing-keys'));
  const rows = items.map((each) => [each.kid, each.state, time(each.createdAt), each.notAfter && time(each.notAfter)]);
  await out.result(items, () => table(['key', 'state', 'since', 'verifies until'], rows));
}
