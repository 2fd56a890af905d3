import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { type Because, withReason } from '../reason.js';
import { userWith } from './users.js';

export const options = (command: Command): Command => withReason(command.argument('<e-mail>', 'whose account'));

export async function run({ client, out }: Context, { reason }: Because, email: string): Promise<void> {
  const { id } = await userWith(client, email);
  const path = '/v1/admin/user-management/users/{id}/impersonations';
  const asked = await answerOf(client.POST(path, { params: { path: { id } }, body: { reason } }));
  await out.result(
    asked,
    () => `${email} was asked by mail. After the consent: berth admin impersonation-token ${asked.id}`,
  );
}
