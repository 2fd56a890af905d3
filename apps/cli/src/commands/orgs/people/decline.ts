import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';

export const options = (command: Command): Command => command.argument('<code>', 'of the mail');

export async function run({ client, out }: Context, _: object, token: string): Promise<void> {
  await answerOf(client.POST('/v1/invitations/decline', { body: { token } }));
  await out.result({ declined: true }, () => 'Declined. Whoever wants you there invites you anew.');
}
