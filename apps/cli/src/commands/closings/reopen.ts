import { answerOf } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';

export const options = (command: Command): Command =>
  command
    .argument('<organization>', 'its id')
    .argument('<month>', '2026-11')
    .requiredOption('--reason <text>', 'kept in the audit log')
    .description('open a month again that was closed without an invoice');

export async function run(
  { client, out }: Context,
  { reason }: { readonly reason: string },
  organizationId: string,
  month: string,
): Promise<void> {
  const [params, body] = [{ path: { organizationId } }, { month, reason }];
  await answerOf(client.POST('/v1/admin/metering/closings/{organizationId}/reopenings', { params, body }));
  await out.result({ organizationId, month }, () => `${month} is open again. It closes by itself in a day.`);
}
