import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { nameOf } from './domains.js';

export const options = (command: Command): Command =>
  command
    .argument('<id>', 'of berth domains show --json')
    .requiredOption('--reason <text>', 'for the audit trail: how you know whose the host is')
    .description("take an owner's word that a host is theirs, where no record can say so; for administrators");

export async function run({ client, out }: Context, { reason }: { reason: string }, id: string): Promise<void> {
  const params = { path: { id } };
  const vouched = await answerOf(client.POST('/v1/domains/{id}/vouch', { params, body: { reason } }));
  await out.result(vouched, () => `${nameOf(vouched)} belongs to its app. Only its removal takes it away.`);
}
