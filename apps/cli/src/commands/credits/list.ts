import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

const LIMIT = 200;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const credits = await everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/credits', { params: { query } });
  });
  await out.result(credits, () =>
    table(
      ['name', 'amount', 'left', 'expires', 'coupon', 'since'],
      credits.map(({ name, amount, left, currency, expiresAt, coupon, createdAt, revokedAt }) => [
        ...[name, `${amount} ${currency}`, revokedAt === null ? `${left} ${currency}` : 'revoked'],
        ...[time(expiresAt), coupon, time(createdAt)],
      ]),
    ),
  );
}
