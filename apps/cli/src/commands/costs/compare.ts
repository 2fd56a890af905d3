import { answerOf, type Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { type Cell, table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { namesOf } from '../usage/query.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<month>', '2026-11')
    .argument('<with>', 'another: 2026-10')
    .description('why a month costs more or less than another, by cause');

type Comparison = Schemas['MonthComparison'];
type Cause = Comparison['causes'][number]['cause'];

const sentences: Record<Cause, string> = {
  price: 'other prices',
  'new-app': 'new',
  'app-gone': 'gone',
  time: 'ran for longer or shorter',
  instances: 'more or fewer instances',
  size: 'bigger or smaller instances',
  tiers: 'tiers, packages, allowances, rounding',
  fee: 'fees',
  discount: 'discounts',
  minimum: 'minimum',
  tax: 'taxes',
};

export async function run(
  context: Context,
  _options: object,
  ...[month, other]: [month: string, other: string]
): Promise<void> {
  const { client, out, selection } = context;
  const query = { organization: (await selection.organization()).id, month: monthOf(month), with: monthOf(other) };
  const found = await answerOf(client.GET('/v1/costs/comparison', { params: { query } }));
  await out.result(found, () => describe(context, found));
}

function monthOf(text: string): string {
  if (/^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw usageError(`"${text}" is not a month: write 2026-11.`);
}

async function describe(context: Context, found: Comparison): Promise<string> {
  const { month, with: other, before, after, difference, currency, causes } = found;
  const name = await namesOf(
    context,
    causes.map(({ appId }) => ({ appId, environmentId: null, processType: null })),
  );
  const rows = causes.map(({ cause, appId, metric, amount }): Cell[] => [
    ...[signed(amount), appId && name({ appId, environmentId: null, processType: null }), metric, sentences[cause]],
  ]);
  const sum = `${other}: ${before} ${currency}, ${month}: ${after} ${currency} (${signed(difference)})`;
  return rows.length === 0 ? sum : `${sum}\n\n${await table(['amount', 'app', 'of', 'because'], rows)}`;
}

const signed = (amount: string): string => (amount.startsWith('-') ? amount : `+${amount}`);
