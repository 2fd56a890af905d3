import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const status = await answerOf(client.GET('/v1/auth/totp'));
  await out.result(status, () =>
    status.enabled
      ? `An authenticator is set up; ${status.recoveryCodesLeft} recovery codes are left.`
      : 'There is none.',
  );
}
