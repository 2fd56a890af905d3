import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { record } from '../../output/table.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const me = await answerOf(client.GET('/v1/me'));
  const { username, email, displayName, createdAt } = me;
  await out.result(me, () =>
    record({ Username: username, 'E-mail': email, Name: displayName ?? '', Since: time(createdAt) }),
  );
}
