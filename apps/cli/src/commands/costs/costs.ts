import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { type IntervalOptions, intervalOptions, namesOf, queryOf } from '../usage/query.js';
import { belowTable, warnOfWaiting } from '../usage/uncertain.js';

export const options = intervalOptions;

type Costs = Schemas['Costs'];

export async function run(context: Context, given: IntervalOptions): Promise<void> {
  const { client, out } = context;
  const query = await queryOf(context, given);
  let costs = await answerOf(client.GET('/v1/costs', { params: { query } }));
  const items = [...costs.items];
  while (costs.next !== null) {
    costs = await answerOf(client.GET('/v1/costs', { params: { query: { ...query, cursor: costs.next } } }));
    items.push(...costs.items);
  }
  const whole = { ...costs, items };
  await out.result(whole, () => describe(context, whole));
  warnOfWaiting(context, whole);
}

async function describe(context: Context, costs: Costs) {
  const { from, countedUntil, items, total, currency, priceBook, notMetered } = costs;
  const name = await namesOf(context, items);
  const rows = items.map((each) => [
    name(each),
    each.cpu,
    each.memory,
    each.storage,
    each.build,
    each.egress,
    each.domain,
    each.total,
  ]);
  const lines = await table(
    ['what', 'cpu', 'memory', 'storage', 'builds', 'traffic', 'domains', 'total'],
    [...rows, ['total', '', '', '', '', '', '', `${total} ${currency}`]],
  );
  return `${time(from)} to ${time(countedUntil)} (UTC), price book ${priceBook}\n\n${lines}${belowTable(notMetered)}`;
}
