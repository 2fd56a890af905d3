import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command.argument('<id>', 'as in berth tokens list');

export async function run({ client, out }: Context, _: object, id: string): Promise<void> {
  await answerOf(client.DELETE('/v1/api-tokens/{id}', { params: { path: { id } } }));
  await out.result({ revoked: id }, () => 'The token is worthless now.');
}
