import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

/** JSON, with `--json` or without: it is for keeping and for other programs. */
export async function run({ client, out }: Context): Promise<void> {
  const known = await answerOf(client.GET('/v1/me/export'));
  await out.result(known, () => JSON.stringify(known, null, 2));
}
