import type { InvoiceExport } from '@berth/billing';
import type { AcceptedEvent, Agreement, Invoice, InvoiceDocument, PriceBookVersion } from '@berth/contracts/metering';
import type { MeteringApp } from './metering-app.js';

async function all<Item>(app: MeteringApp, path: string, token: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor = ''; ;) {
    const { body } = await app.call(`${path}?limit=3${cursor}`, token);
    items.push(...(body['items'] as Item[]));
    if (body['next'] === null) return items;
    cursor = `&cursor=${String(body['next'])}`;
  }
}

/** What `berth invoices export` puts into a file. */
export async function exportInvoice(app: MeteringApp, id: string, token: string): Promise<InvoiceExport> {
  const { document, organizationId } = (await app.call(`/v1/invoices/${id}`, token)).body as unknown as Invoice;
  const told = JSON.parse(document) as InvoiceDocument;
  const corrected = await Promise.all(
    told.corrections.map(async ({ invoice }) => {
      const found = await app.call(`/v1/invoices?organization=${organizationId}&number=${invoice}`, token);
      const [summary] = found.body['items'] as { id: string }[];
      return ((await app.call(`/v1/invoices/${summary!.id}`, token)).body as unknown as Invoice).document;
    }),
  );
  const agreements = await all<Agreement>(app, `/v1/billing-accounts/${organizationId}/agreements`, token);
  const named = [document, ...corrected].map((text) => (JSON.parse(text) as InvoiceDocument).priceBook.id);
  const books = [...new Set([...named, ...agreements.map(({ priceBookId }) => priceBookId)])];
  const priceBooks = await Promise.all(
    books.map(async (book) => ({
      id: book,
      versions: await all<PriceBookVersion>(app, `/v1/price-books/${book}/versions`, token),
    })),
  );
  const events = await all<AcceptedEvent>(app, `/v1/invoices/${id}/events`, token);
  return { format: 'berth.invoice-export.v1', document, corrected, priceBooks, agreements, events };
}
