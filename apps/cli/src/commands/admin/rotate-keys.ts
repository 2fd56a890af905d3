import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const made = await answerOf(client.POST('/v1/admin/user-management/signing-keys'));
  await out.result(made, () => `${made.kid} signs as soon as every gateway knows it; tokens of the old key stay good.`);
}
