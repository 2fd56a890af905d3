import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';

export const options = (command: Command): Command => command.argument('<id>', 'as berth admin impersonate said');

/** For a program, or for the CLI itself: BERTH_TOKEN=... berth apps list */
export async function run({ client, out }: Context, _: object, id: string): Promise<void> {
  const path = '/v1/admin/user-management/impersonations/{id}/token';
  const given = await answerOf(client.POST(path, { params: { path: { id } } }));
  await out.result(given, () => given.accessToken);
  out.note(`It reads as that person for ${given.expiresIn / 60} minutes: BERTH_TOKEN=... berth apps list`);
}
