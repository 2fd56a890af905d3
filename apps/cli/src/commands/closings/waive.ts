import { answerOf } from '@berth/api-client';
import { type Metric, metric as metrics } from '@berth/contracts/metering';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';

interface Options {
  readonly metric: Metric;
  readonly reason: string;
}

export const options = (command: Command): Command =>
  command
    .argument('<organization>', 'its id')
    .argument('<month>', '2026-11')
    .addOption(new Option('--metric <metric>', 'what has no price').choices(metrics.options).makeOptionMandatory())
    .requiredOption('--reason <text>', 'stands on the invoice, with your name in the audit log')
    .description('answer for usage that is not charged, because no rate is for it');

export async function run(
  { client, out }: Context,
  { metric, reason }: Options,
  organizationId: string,
  month: string,
): Promise<void> {
  const [params, body] = [{ path: { organizationId } }, { month, metric, reason }];
  const waiver = await answerOf(client.POST('/v1/admin/metering/closings/{organizationId}/waivers', { params, body }));
  await out.result(waiver, () => `Usage of ${metric} in ${month} is not charged. It no longer keeps the month open.`);
}
