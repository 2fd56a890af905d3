import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { wholeNumber } from '../../parsing/whole-number.js';

interface Options {
  readonly scope: string[];
  readonly days: number;
}

export const options = (command: Command): Command =>
  command
    .argument('<name>', 'for you to tell it from others')
    .option('--scope <scope...>', 'what it may do: "*", "apps:*", "deployments:create"', ['*'])
    .option('--days <number>', 'until it ends', wholeNumber, 90);

/** The token is the result: it is shown this once. */
export async function run({ client, out }: Context, { scope, days }: Options, name: string): Promise<void> {
  const body = { name, scopes: scope, expiresInDays: days };
  const made = await answerOf(client.POST('/v1/api-tokens', { body }));
  await out.result(made, () => made.token);
  out.note('It is shown this once. Exchange it at /v1/auth/token for access tokens.');
}
