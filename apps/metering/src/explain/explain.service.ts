import {
  calendarMonth,
  compareMonths,
  digitsOf,
  type ExplainedLine,
  formatMinor,
  lineSpansOf,
  type Month,
  partsOf,
  spansOf,
} from '@berth/billing';
import type { Page } from '@berth/contracts/common';
import {
  type Invoice,
  invoiceDocument,
  type InvoicePart,
  type InvoicePartQuery,
  type InvoiceSpan,
  type InvoiceSpanQuery,
  type MonthComparison,
  type MonthComparisonQuery,
} from '@berth/contracts/metering';
import { Clock, Database, decodeCursor, toPage, type Tx } from '@berth/service-kit';
import { Injectable } from '@nestjs/common';
import { type AccountRow, BillingAccountsRepository } from '../billing-accounts/billing-accounts.repository.js';
import { InvoiceDrafts } from '../invoices/invoice-drafts.js';
import { explainErrors } from './explain.errors.js';
import { ExplainRepository } from './explain.repository.js';

@Injectable()
export class ExplainService {
  constructor(
    private readonly explained: ExplainRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly drafts: InvoiceDrafts,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** From the events that the invoice knows, so that what became known since does not show. */
  async parts(invoice: Invoice, query: InvoicePartQuery): Promise<Page<InvoicePart>> {
    const { cut } = invoiceDocument.parse(JSON.parse(invoice.document));
    const line = lineOf(invoice, query.line);
    const workloads = await this.explained.workloads(this.database.confined, invoice.organizationId, query);
    const page = toPage(workloads, query.limit, (id) => id);
    const items: InvoicePart[] = [];
    for (const id of page.items)
      items.push(...partsOf(line, spansOf(await this.explained.facts(this.database, id, cut))));
    return { items, next: page.next };
  }

  /** As `parts`, of one workload. One of somebody else has none. */
  async spans(invoice: Invoice, query: InvoiceSpanQuery): Promise<Page<InvoiceSpan>> {
    const { cut } = invoiceDocument.parse(JSON.parse(invoice.document));
    const line = lineOf(invoice, query.line);
    const first = Number(decodeCursor(query.cursor, 'number') ?? -1) + 1;
    if (!(await this.explained.isOf(this.database.confined, invoice.organizationId, query.workload)))
      return { items: [], next: null };
    const all = lineSpansOf(line, spansOf(await this.explained.facts(this.database, query.workload, cut)));
    const rows = all.slice(first, first + query.limit + 1).map((span, index) => ({ span, place: first + index }));
    const { items, next } = toPage(rows, query.limit, ({ place }) => String(place));
    return { items: items.map(({ span }) => span), next };
  }

  compare({ organization, month, with: other }: MonthComparisonQuery): Promise<MonthComparison> {
    return this.database.transaction(async (tx) => {
      const account = await this.accounts.find(tx, organization);
      if (!account) throw explainErrors.MonthUnknown('The organization has used nothing yet.');
      const [before, after] = [await this.monthOf(tx, account, other), await this.monthOf(tx, account, month)];
      const { currency } = after.rated.book;
      if (before.rated.book.currency !== currency)
        throw explainErrors.CurrenciesDiffer('The months are in different currencies.');
      const found = compareMonths(before, after);
      const text = (amount: bigint) => formatMinor(amount, digitsOf(currency));
      return {
        ...{ currency, month, with: other, before: text(found.before), after: text(found.after) },
        difference: text(found.after - found.before),
        causes: found.changes.map((change) => ({ ...change, amount: text(change.amount) })),
      };
    });
  }

  /** As it is known now; what goes on is counted up to now. */
  private async monthOf(tx: Tx, account: AccountRow, name: string): Promise<Month> {
    const now = this.clock.now();
    const period = { ...calendarMonth(name, account.timeZone), timeZone: account.timeZone };
    const until = now < period.to ? now : period.to;
    const rated = await this.drafts.of(tx, account, period, until > period.from ? until : period.from);
    if (rated.segments.length === 0) throw explainErrors.MonthUnknown(`There were no prices in ${name}.`);
    const activity = await this.explained.activity(tx, account.organizationId, { from: period.from, to: until });
    return { rated, activity };
  }
}

function lineOf({ document }: Invoice, index: number): ExplainedLine {
  const line = invoiceDocument.parse(JSON.parse(document)).lines[index];
  if (!line?.usage) {
    const detail = 'Only lines of usage follow from what ran.';
    throw explainErrors.LineNotExplained(detail, { pointer: '?line' });
  }
  const { from, to, amount, usage } = line;
  return { from: new Date(from), to: new Date(to), metric: usage.metric, quantity: BigInt(usage.quantity), amount };
}
