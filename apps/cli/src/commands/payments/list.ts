import type { Schemas } from '@berth/api-client';
import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { everyPage } from '../../output/pages.js';
import { type Cell, table } from '../../output/table.js';
import { inOrganization } from '../options.js';

export const options = inOrganization;

const LIMIT = 200;

export async function run({ client, out, selection }: Context): Promise<void> {
  const { id: organization } = await selection.organization();
  const payments = await everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(cursor && { cursor }) };
    return client.GET('/v1/payments', { params: { query } });
  });
  await out.result(payments, () => table(['invoice', 'amount', 'state', 'asked', 'ended', 'note'], payments.map(row)));
}

const row = (payment: Schemas['Payment']): Cell[] => {
  const { number, amount, currency, state, askedAt, endedAt } = payment;
  return [number, `${amount} ${currency}`, state, time(askedAt), time(endedAt), noteOf(payment)];
};

function noteOf({ isSurplus, failure, payAt }: Schemas['Payment']): string | null {
  if (isSurplus) return 'the invoice had ended before: to be paid back';
  return failure ?? payAt;
}
