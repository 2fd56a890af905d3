import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { record, table } from '../../output/table.js';

export const options = (command: Command): Command =>
  command.argument('<organization>', 'its id').description('what speaks against closing the open month');

export async function run({ client, out }: Context, _: object, organizationId: string): Promise<void> {
  const path = { organizationId };
  const list = await answerOf(client.GET('/v1/admin/metering/closings/{organizationId}', { params: { path } }));
  await out.result(list, () => describe(list));
}

async function describe({ period, closable, checks, unpriced }: Schemas['ClosingChecklist']): Promise<string> {
  const about = record({
    Month: `${period.month} (${period.timeZone}: ${time(period.from)} to ${time(period.to)} UTC)`,
    Closable: closable ? 'yes' : 'no',
  });
  const looked = await table(
    ['check', 'state', 'detail'],
    checks.map(({ name, state, detail }) => [name.replaceAll('_', ' '), state, detail]),
  );
  if (unpriced.length === 0) return [about, looked].join('\n\n');
  const open = await table(
    ['month', 'used without a price', 'quantity', 'waived'],
    unpriced.map(({ month, metric, version, quantity, waiver }) => [
      ...[month, `${metric} (v${version})`, quantity, waiver && `${waiver.reason} (${waiver.waivedBy})`],
    ]),
  );
  return [about, looked, open].join('\n\n');
}
