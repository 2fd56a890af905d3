import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';

export const options = (command: Command): Command => command.argument('<id>', 'as in berth orgs tokens');

export async function run({ client, out }: Context, _: object, id: string): Promise<void> {
  await answerOf(client.DELETE('/v1/organization-tokens/{id}', { params: { path: { id } } }));
  await out.result({ revoked: id }, () => 'The token is worthless now.');
}
