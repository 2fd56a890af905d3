import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { type CredentialOptions, givenPassword } from './credentials.js';
import { withSecondFactor } from './second-factor.js';

interface Options extends Pick<CredentialOptions, 'passwordStdin'> {
  readonly code?: string;
}

export const options = (command: Command): Command =>
  command
    .option('--password-stdin', 'read the password from stdin')
    .option('--code <code>', 'of your authenticator, if you have one; asked for on a terminal');

/** What is dangerous takes a proof that is not old: a session that was left open is not enough. */
export async function run(context: Context, given: Options): Promise<void> {
  const { client, out } = context;
  const password = await givenPassword(context, given);
  const proven = await withSecondFactor(context, given.code, (code) =>
    answerOf(client.POST('/v1/auth/step-up', { body: { password, ...code } })),
  );
  await out.result(proven, () => `Until ${time(proven.until)} this session may also do what is dangerous.`);
}
