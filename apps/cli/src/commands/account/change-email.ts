import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command.argument('<e-mail>', 'the new one');

export async function run({ client, out }: Context, _: object, email: string): Promise<void> {
  const asked = await answerOf(client.POST('/v1/me/email', { body: { email } }));
  await out.result(asked, () => '');
  out.note(`A mail with a code is on its way to ${email}. Then: berth account confirm-email CODE`);
}
