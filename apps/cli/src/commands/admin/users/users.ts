import type { Client, Schemas } from '@berth/api-client';
import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { notFound } from '../../../errors.js';
import { everyPage } from '../../../output/pages.js';
import { emailAddress } from '../../../parsing/email.js';
import { type Because, withReason } from '../reason.js';

export type AdministeredUser = Schemas['AdministeredUser'];

export const usersLike = (client: Client, search: string, most?: number): Promise<AdministeredUser[]> =>
  everyPage((cursor) => {
    const query = { search, ...(cursor === undefined ? {} : { cursor }) };
    return client.GET('/v1/admin/user-management/users', { params: { query } });
  }, most);

/** @throws CliError when nobody has exactly that address */
export async function userWith(client: Client, email: string): Promise<AdministeredUser> {
  const user = (await usersLike(client, email)).find((each) => each.email === emailAddress(email));
  if (user) return user;
  throw notFound(`Nobody has the address ${email}.`, 'See: berth admin users PREFIX');
}

type Act = 'suspend' | 'resume' | 'reset-second-factor' | 'sign-out';

/** A command that does it to whoever has an address. */
export const actOn = (act: Act, done: (email: string) => string) => ({
  options: (command: Command): Command => withReason(command.argument('<e-mail>', 'whose account')),
  async run({ client, out }: Context, { reason }: Because, email: string): Promise<void> {
    const user = await userWith(client, email);
    const params = { path: { id: user.id } };
    await answerOf(client.POST(`/v1/admin/user-management/users/{id}/${act}`, { params, body: { reason } }));
    await out.result(user, () => done(user.email));
  },
});
