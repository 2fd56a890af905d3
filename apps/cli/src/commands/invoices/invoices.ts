import { answerOf, type Client, type Schemas } from '@berth/api-client';
import { notFound } from '../../errors.js';
import { everyPage } from '../../output/pages.js';

const LIMIT = 200;

/** All of an organization, the oldest first; or the one of a number. */
export const invoicesOf = (
  client: Client,
  organization: string,
  number?: string,
): Promise<Schemas['InvoiceSummary'][]> =>
  everyPage((cursor) => {
    const query = { organization, limit: LIMIT, ...(number && { number }), ...(cursor && { cursor }) };
    return client.GET('/v1/invoices', { params: { query } });
  });

export async function invoiceOf(client: Client, organization: string, number: string): Promise<Schemas['Invoice']> {
  const [found] = await invoicesOf(client, organization, number);
  if (!found) throw notFound(`There is no invoice ${number}.`, 'See: berth invoices list');
  return answerOf(client.GET('/v1/invoices/{id}', { params: { path: { id: found.id } } }));
}
