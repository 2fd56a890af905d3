import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command.argument('<id>', 'from the mail, or of the list');

export async function run({ client, out }: Context, _: object, id: string): Promise<void> {
  await answerOf(client.DELETE('/v1/me/impersonations/{id}', { params: { path: { id } } }));
  await out.result({ id }, () => 'Nobody looks, and nobody may.');
}
