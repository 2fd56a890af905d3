import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';

export const options = (command: Command): Command => command.argument('<id>', 'from the mail');

export async function run({ client, out }: Context, _: object, id: string): Promise<void> {
  const given = await answerOf(client.POST('/v1/me/impersonations/{id}/consent', { params: { path: { id } } }));
  const until = time(given.expiresAt);
  await out.result(given, () => `An administrator may look until ${until}. To end it: berth impersonations end ${id}`);
}
