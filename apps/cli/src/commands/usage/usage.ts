import { answerOf, type Schemas } from '@berth/api-client';
import { type Command, Option } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { amountHeads, amounts, used, usedHeads } from './amounts.js';
import { type IntervalOptions, intervalOptions, namesOf, queryOf } from './query.js';
import { running } from './running.js';
import { type Grain, grains, series } from './series.js';
import { belowTable, warnOfWaiting } from './uncertain.js';

export const options = (command: Command): Command =>
  intervalOptions(command)
    .addOption(new Option('--per <piece>', 'the month in pieces, up to now').choices(grains).conflicts('by'))
    .addOption(
      new Option('--at <moment>', 'what ran then, and what that hour cost').conflicts(['per', 'period', 'by', 'label']),
    );

type Usage = Schemas['Usage'];

interface UsageOptions extends IntervalOptions {
  readonly per?: Grain;
  readonly at?: string;
}

/** What was allocated to instances that served, and what they were seen to use of it. */
export async function run(context: Context, given: UsageOptions): Promise<void> {
  if (given.at !== undefined) return running(context, given, given.at);
  if (given.per) return series(context, given, given.per);
  const { client, out } = context;
  const query = await queryOf(context, given);
  let usage = await answerOf(client.GET('/v1/usage', { params: { query } }));
  const items = [...usage.items];
  while (usage.next !== null) {
    usage = await answerOf(client.GET('/v1/usage', { params: { query: { ...query, cursor: usage.next } } }));
    items.push(...usage.items);
  }
  const whole = { ...usage, items };
  await out.result(whole, () => describe(context, whole));
  warnOfWaiting(context, usage);
}

async function describe(context: Context, { from, countedUntil, items, total, notMetered }: Usage): Promise<string> {
  const name = await namesOf(context, items);
  const rows = items.map((each) => [name(each), ...amounts(each), ...used(each)]);
  const lines = await table(
    ['what', ...amountHeads, ...usedHeads],
    [...rows, ['total', ...amounts(total), ...used(total)]],
  );
  return `${time(from)} to ${time(countedUntil)} (UTC)\n\n${lines}${belowTable(notMetered)}`;
}
