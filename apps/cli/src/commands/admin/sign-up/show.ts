import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { policyText } from './policy-text.js';

export const options = (command: Command): Command => command;

export async function run({ client, out }: Context): Promise<void> {
  const policy = await answerOf(client.GET('/v1/admin/user-management/sign-up-policy'));
  await out.result(policy, () => policyText(policy));
}
