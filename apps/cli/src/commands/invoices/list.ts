import type { Context } from '../../context.js';
import { time } from '../../output/format.js';
import { table } from '../../output/table.js';
import { inOrganization } from '../options.js';
import { invoicesOf } from './invoices.js';

export const options = inOrganization;

export async function run({ client, out, selection }: Context): Promise<void> {
  const invoices = await invoicesOf(client, (await selection.organization()).id);
  await out.result(invoices, () =>
    table(
      ['number', 'month', 'due', 'status', 'issued'],
      invoices.map(({ number, month, due, currency, status, issuedAt }) => [
        ...[number, month, `${due} ${currency}`, status, time(issuedAt)],
      ]),
    ),
  );
}
