import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { isInteractive } from '../../io.js';
import { askHidden } from '../auth/credentials.js';

export const options = (command: Command): Command => command;

export async function run({ io, client, out }: Context): Promise<void> {
  const { enabled } = await answerOf(client.GET('/v1/auth/totp'));
  if (!enabled) throw usageError('There is none to give up.');
  if (!isInteractive(io)) throw usageError('This needs a terminal: it asks for your password and a code.');
  const body = { password: await askHidden(io, 'Password'), code: await askHidden(io, 'Code of your authenticator') };
  await answerOf(client.POST('/v1/auth/totp/disable', { body }));
  await out.result({ enabled: false }, () => 'Your password alone lets you in now.');
}
