import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { type CredentialOptions, credentialOptions, givenEmail, givenPassword } from './credentials.js';

export const options = (command: Command): Command =>
  credentialOptions(command).argument('[code]', 'the code of the mail; without it, a mail is asked for');

export async function run(context: Context, given: CredentialOptions, token?: string): Promise<void> {
  const { client, out } = context;
  if (token === undefined) {
    const email = await givenEmail(context, given);
    await client.POST('/v1/auth/recovery', { body: { email } });
    out.note(`If ${email} has an account, a mail with a code is on its way. Then: berth recover CODE`);
    return;
  }
  const password = await givenPassword(context, given);
  await client.POST('/v1/auth/recovery/complete', { body: { token, password } });
  out.note('Your new password is set, and everybody who was logged in is logged out. Now: berth login');
}
