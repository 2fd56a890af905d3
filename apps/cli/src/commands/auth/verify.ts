import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command.argument('<code>', 'the code of the mail');

export async function run({ client, out }: Context, _options: object, token: string): Promise<void> {
  await client.POST('/v1/auth/verify-email', { body: { token } });
  out.note('Your address is verified. Now: berth login');
}
