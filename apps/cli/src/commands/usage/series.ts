import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { amountHeads, amounts, used, usedHeads } from './amounts.js';
import { type IntervalOptions, queryOf } from './query.js';
import { belowTable } from './uncertain.js';

export const grains = ['hour', 'day', 'month'] as const;
export type Grain = (typeof grains)[number];

/** The month in pieces, up to now, of all that is named. */
export async function series(context: Context, given: IntervalOptions, per: Grain): Promise<void> {
  const { by: _, limit: __, ...scope } = await queryOf(context, given);
  const params = { query: { ...scope, per } };
  const answer = await answerOf(context.client.GET('/v1/usage/series', { params }));
  const zone = per === 'hour' ? 'UTC' : answer.timeZone;
  await context.out.result(answer, async () => {
    const rows = answer.items.map((item) => [time(item.from), ...amounts(item), ...used(item)]);
    const lines = await table(['from', ...amountHeads, ...usedHeads], rows);
    return `Per ${per} of ${zone}, instants in UTC\n\n${lines}${belowTable(answer.notMetered)}`;
  });
}
