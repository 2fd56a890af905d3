import { answerOf } from '@berth/api-client';
import { consistentPrices } from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { differenceRows, priceBookNamed } from './price-books.js';
import { readJson } from './read-json.js';

interface Options {
  readonly from: string;
  readonly reason: string;
  readonly dryRun?: true;
}

export const options = (command: Command): Command =>
  command
    .argument('<book>', 'its name')
    .argument('<file>', 'its prices from then on')
    .requiredOption('--from <moment>', 'to come: 2026-12-01, or 2026-12-01T00:00:00Z; a date is its midnight in UTC')
    .requiredOption('--reason <text>', 'recorded with your name in the audit log')
    .option('--dry-run', 'only say what it would change')
    .description('a new version of a price book; for administrators. It is never changed afterwards');

export async function run(
  { client, io, out }: Context,
  { from, reason, dryRun }: Options,
  ...[name, file]: [name: string, file: string]
): Promise<void> {
  const validFrom = momentOf(from);
  const prices = await readJson(io.folder, file, consistentPrices);
  const { id } = await priceBookNamed(client, name);
  const params = { path: { id } };
  const differences = await answerOf(
    client.POST('/v1/admin/metering/price-books/{id}/differences', { params, body: { prices } }),
  );
  const body = { validFrom, prices, reason };
  const made = dryRun
    ? null
    : await answerOf(client.POST('/v1/admin/metering/price-books/{id}/versions', { params, body }));
  await out.result({ version: made?.version ?? null, validFrom, differences }, async () => {
    const rows = differenceRows(differences.items);
    const changes = rows.length === 0 ? 'It changes nothing.' : await table(['kind', 'id', 'before', 'after'], rows);
    const done = made ? `v${made.version} of ${name} holds from ${time(validFrom)} (UTC) on.` : 'Nothing was changed.';
    return `${changes}\n\n${done}`;
  });
}

function momentOf(text: string): string {
  const moment = new Date(/^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$/.test(text) ? text : NaN);
  if (Number.isNaN(moment.getTime())) throw usageError(`"${text}" is no moment: write 2026-12-01T00:00:00Z.`);
  return moment.toISOString();
}
