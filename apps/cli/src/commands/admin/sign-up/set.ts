import { answerOf, type Schemas } from '@berth/api-client';
import { Argument, type Command } from 'commander';
import type { Context } from '../../../context.js';
import { policyText } from './policy-text.js';

type Mode = Schemas['SignUpPolicy']['mode'];

export const options = (command: Command): Command =>
  command
    .addArgument(new Argument('<mode>', 'who may').choices(['open', 'invitation', 'closed']))
    .option('--domain <domain...>', 'of addresses that may; without it all of them');

export async function run({ client, out }: Context, given: { domain?: string[] }, mode: Mode): Promise<void> {
  const body = { mode, domains: given.domain ?? [] };
  const policy = await answerOf(client.PUT('/v1/admin/user-management/sign-up-policy', { body }));
  await out.result(policy, () => policyText(policy));
}
