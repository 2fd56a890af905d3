import type { Schemas } from '@berth/api-client';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';

type Coupon = Schemas['Coupon'];

export const options = (command: Command): Command => command;

const LIMIT = 200;

/** `25.00 EUR`, `20 % off cpu, memory for 3 months`. */
export function worthOf({ amount, currency, percent, on, months }: Coupon): string {
  if (percent === null) return `${amount} ${currency}`;
  const time = months === null ? 'for ever' : `for ${months} months`;
  return `${percent} % off ${on?.join(', ') ?? 'everything'} ${time}`;
}

export async function run({ client, out }: Context): Promise<void> {
  const coupons = await everyPage((cursor) => {
    const query = { limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/admin/metering/coupons', { params: { query } });
  });
  await out.result(coupons, () =>
    table(
      ['code', 'name', 'worth', 'redeemed', 'until', 'since'],
      coupons.map((each) => [
        ...[each.code, each.name, worthOf(each), `${each.redeemed} of ${each.limit ?? 'any number'}`],
        ...[time(each.endsAt), time(each.createdAt)],
      ]),
    ),
  );
}
