import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { time } from '../../../output/format.js';
import { table } from '../../../output/table.js';
import { type AdministeredUser, usersLike } from './users.js';

export const options = (command: Command): Command =>
  command.argument('[prefix]', 'how the address or the username begins; without it everybody', '');

export async function run({ client, out }: Context, _: object, prefix: string): Promise<void> {
  const users = await usersLike(client, prefix);
  await out.result(users, () => table(['e-mail', 'username', 'name', 'state', '2fa', '', 'since'], users.map(rowOf)));
}

const rowOf = (user: AdministeredUser) => [
  user.email,
  user.username,
  user.displayName,
  user.eraseAt ? `erased ${time(user.eraseAt)}` : user.state,
  user.secondFactor ? 'yes' : 'no',
  user.administrator ? 'administrator' : '',
  time(user.createdAt),
];
