import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command.argument('<code>', 'of the mail to the new address');

export async function run({ client, out }: Context, _: object, token: string): Promise<void> {
  await answerOf(client.POST('/v1/me/email/confirm', { body: { token } }));
  const me = await answerOf(client.GET('/v1/me'));
  await out.result(me, () => `${me.email} is the address of your account.`);
}
