import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive } from '../../io.js';
import { askHidden } from '../auth/credentials.js';

export const options = (command: Command): Command => command;

/** In one go on a terminal: the secret is worth something only after a code has proven that it arrived. */
export async function run({ io, client, out }: Context): Promise<void> {
  const { enabled } = await answerOf(client.GET('/v1/auth/totp'));
  if (enabled) throw usageError('An authenticator is set up already.', 'Give it up first: berth 2fa disable');
  if (!isInteractive(io)) throw usageError('This needs a terminal: it asks for your password and a code.');
  const password = await askHidden(io, 'Password');
  const { uri, secret } = await answerOf(client.POST('/v1/auth/totp', { body: { password } }));
  out.note(`Add this to your authenticator: ${secret}\nor open ${uri}`);
  const code = await askHidden(io, 'Code that it shows');
  const made = await answerOf(client.POST('/v1/auth/totp/confirm', { body: { code } }));
  await out.result(made, () => made.recoveryCodes.join('\n'));
  out.note('Keep these recovery codes: each is good once, when the authenticator is lost.');
}
