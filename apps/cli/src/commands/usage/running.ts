import { answerOf, type Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { usageError } from '../../errors.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { amounts } from './amounts.js';
import { type IntervalOptions, namesOf, queryOf } from './query.js';

type Running = Schemas['Running'];

/** What ran at a moment, and what the hour around it used and cost. */
export async function running(context: Context, given: IntervalOptions, at: string): Promise<void> {
  const { client, out } = context;
  const { by: _, ...scope } = await queryOf(context, given);
  const query = { ...scope, at: instantOf(at) };
  const page = (cursor?: string | null) =>
    client.GET('/v1/usage/running', { params: { query: { ...query, ...(cursor && { cursor }) } } });
  const answer = await answerOf(page());
  const others = answer.next === null ? [] : await everyPage((cursor) => page(cursor ?? answer.next));
  const items = [...answer.items, ...others];
  const { from, to } = answer.hour;
  const costs = await answerOf(client.GET('/v1/costs', { params: { query: { ...scope, from, to, by: 'none' } } }));
  const { total, currency } = costs;
  const whole = { ...answer, items, next: null, cost: { total, currency } };
  await out.result(whole, () => describe(context, whole));
}

function instantOf(text: string): string {
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw usageError(`"${text}" is not a moment: write 2026-11-10T12:00Z.`);
  return moment.toISOString();
}

async function describe(
  context: Context,
  { at, hour, items, cost }: Running & { cost: { total: string; currency: string } },
) {
  const name = await namesOf(context, items);
  const lines = await table(
    ['what', 'release', 'instances', 'millicores', 'MiB', 'since', 'until'],
    items.map((each) => [
      ...[name(each), `v${each.release}`, `${each.instances}`, `${each.cpuMillicores}`, `${each.memoryMib}`],
      ...[time(each.since), time(each.until)],
    ]),
  );
  const [cores, gibibytes] = amounts(hour);
  const used = `${cores} core-seconds, ${gibibytes} GiB-seconds, ${cost.total} ${cost.currency}`;
  return `${time(at)} (UTC)\n\n${lines}\n\n${time(hour.from)} to ${time(hour.to)}: ${used}`;
}
