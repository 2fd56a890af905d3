import { answerOf } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { amountHeads, amounts, used, usedHeads } from './amounts.js';
import { type IntervalOptions, queryOf } from './query.js';

export const grains = ['hour', 'day', 'month'] as const;
export type Grain = (typeof grains)[number];

/** The month in pieces, up to now. */
export async function series(context: Context, given: IntervalOptions, per: Grain): Promise<void> {
  const { by: _, limit: __, period, ...scope } = await queryOf(context, given);
  const interval = intervalOf(period, context.clock.date());
  const params = { query: { ...scope, ...interval, per } };
  const answer = await answerOf(context.client.GET('/v1/usage/series', { params }));
  const zone = per === 'hour' ? 'UTC' : answer.timeZone;
  await context.out.result(answer, async () => {
    const rows = answer.items.map((item) => [time(item.from), ...amounts(item), ...used(item)]);
    return `Per ${per} of ${zone}, instants in UTC\n\n${await table(['from', ...amountHeads, ...usedHeads], rows)}`;
  });
}

function intervalOf(period: string | undefined, now: Date): { from: string; to: string } {
  const month = period ?? now.toISOString().slice(0, 7);
  const from = new Date(`${month}-01T00:00:00.000Z`);
  const end = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1));
  const to = from < now && now < end ? now : end;
  return { from: from.toISOString(), to: to.toISOString() };
}
