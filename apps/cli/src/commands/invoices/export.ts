import type { Client } from '@berth/api-client';
import type { InvoiceExport } from '@berth/billing';
import {
  type AcceptedEvent,
  type Agreement,
  type InvoiceDocument,
  invoiceDocument,
  type PriceBookVersion,
} from '@berth/contracts/metering';
import type { Command } from 'commander';
import type { Context } from '../../context.js';
import { everyPage } from '../../output/pages.js';
import { inOrganization } from '../options.js';
import { invoiceOf } from './invoices.js';

export const options = (command: Command): Command =>
  inOrganization(command)
    .argument('<number>', 'BERTH-000001')
    .description('everything that it follows from, for a file: berth invoices export BERTH-000001 > invoice.json');

const LIMIT = 200;

export async function run({ client, out, selection }: Context, _options: object, number: string): Promise<void> {
  const { id: organization } = await selection.organization();
  const { id, document } = await invoiceOf(client, organization, number);
  const corrected: string[] = [];
  for (const { invoice } of read(document).corrections)
    corrected.push((await invoiceOf(client, organization, invoice)).document);
  const agreements = await agreementsOf(client, organization);
  const named = [document, ...corrected].map((text) => read(text).priceBook.id);
  const books = new Set([...named, ...agreements.map(({ priceBookId }) => priceBookId)]);
  const priceBooks: InvoiceExport['priceBooks'] = [];
  for (const book of books) priceBooks.push({ id: book, versions: await versionsOf(client, book) });
  const events = await eventsOf(client, id);
  const prices = { priceBooks, agreements };
  const exported: InvoiceExport = { format: 'berth.invoice-export.v1', document, corrected, ...prices, events };
  out.line(JSON.stringify(exported, null, 2));
}

const read = (document: string): InvoiceDocument => invoiceDocument.parse(JSON.parse(document));

const page = (cursor: string | undefined) => ({ limit: LIMIT, ...(cursor && { cursor }) });

const versionsOf = (client: Client, id: string): Promise<PriceBookVersion[]> =>
  everyPage((cursor) => client.GET('/v1/price-books/{id}/versions', { params: { path: { id }, query: page(cursor) } }));

const agreementsOf = (client: Client, organizationId: string): Promise<Agreement[]> =>
  everyPage((cursor) =>
    client.GET('/v1/billing-accounts/{organizationId}/agreements', {
      params: { path: { organizationId }, query: page(cursor) },
    }),
  );

const eventsOf = (client: Client, id: string): Promise<AcceptedEvent[]> =>
  everyPage((cursor) => client.GET('/v1/invoices/{id}/events', { params: { path: { id }, query: page(cursor) } }));
