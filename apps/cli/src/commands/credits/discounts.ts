import type { DiscountOfOrganization } from '@berth/contracts/metering';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

const LIMIT = 200;

type Discount = Pick<DiscountOfOrganization, 'on' | 'firstMonth' | 'lastMonth'>;

export const what = ({ on }: Discount): string => on?.join(', ') ?? 'everything';

export const months = ({ firstMonth, lastMonth }: Discount): string =>
  lastMonth === null ? `from ${firstMonth} on` : `from ${firstMonth} to ${lastMonth}`;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const discounts = await everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/credits/discounts', { params: { query } });
  });
  await out.result(discounts, () =>
    table(
      ['name', 'percent', 'off', 'months', 'coupon', 'since'],
      discounts.map((each) => [
        ...[each.name, each.percent, what(each), each.revokedAt === null ? months(each) : 'revoked'],
        ...[each.coupon, time(each.createdAt)],
      ]),
    ),
  );
}
