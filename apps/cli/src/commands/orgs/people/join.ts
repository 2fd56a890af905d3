import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';

export const options = (command: Command): Command => command.argument('<code>', 'of the mail');

export async function run({ client, out }: Context, _: object, token: string): Promise<void> {
  const member = await answerOf(client.POST('/v1/invitations/accept', { body: { token } }));
  await out.result(member, () => `You are ${member.role} on ${placeOf(member.scope.kind)} now. See: berth orgs list`);
}

const placeOf = (kind: string): string => (kind === 'organization' ? 'the organization' : `a ${kind} of it`);
