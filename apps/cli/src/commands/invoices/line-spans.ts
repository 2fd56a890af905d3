import type { Client, Schemas } from '@berth/api-client';
import { everyPage } from '../../output/pages.js';

interface OfLine {
  readonly line: number;
  readonly workloadId: string;
}

const LIMIT = 200;

/** In place of the parts of an invoice their spans, one by one, each with what is told of the part besides. */
export async function spansInsteadOf<Part extends OfLine>(
  client: Client,
  invoiceId: string,
  parts: readonly Part[],
): Promise<(Omit<Part, keyof Schemas['InvoiceSpan']> & Schemas['InvoiceSpan'])[]> {
  const workloads = new Map(parts.map((part) => [`${part.line} ${part.workloadId}`, part]));
  const found = [];
  for (const part of workloads.values()) {
    const { line, workloadId: workload } = part;
    const spans = await everyPage((cursor) => {
      const query = { line, workload, limit: LIMIT, ...(cursor && { cursor }) };
      return client.GET('/v1/invoices/{id}/spans', { params: { path: { id: invoiceId }, query } });
    });
    found.push(...spans.map((span) => ({ ...part, ...span })));
  }
  return found;
}
