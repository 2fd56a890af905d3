import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../../context.js';
import { emailAddress } from '../../../parsing/email.js';
import { inOrganization } from '../../options.js';
import { invitationsTo } from './invitations.js';

export const options = (command: Command): Command =>
  inOrganization(command).argument('<e-mail>', 'who was invited', emailAddress);

export async function run(context: Context, _: object, email: string): Promise<void> {
  const invitations = await invitationsTo(context, email);
  for (const { id } of invitations)
    await answerOf(context.client.POST('/v1/invitations/{id}/resend', { params: { path: { id } } }));
  await context.out.result(invitations, () => `Another mail is on its way to ${email}; the code of the last is void.`);
}
