import { invoiceDocument, type PriceBook, type PriceList } from '@berth/contracts/metering';
import { rate } from '../rating/rate.js';
import type { Rating } from '../rating/rating.js';
import { type Fact, type Span, spansOf } from '../spans/history.js';
import { usageOf } from '../spans/usage.js';
import type { InvoiceExport } from './export.js';

/** What a month would cost by prices that need not be in force anywhere. */
export interface Simulation {
  readonly book: Pick<PriceBook, 'currency' | 'rounding'>;
  readonly prices: PriceList;
  readonly period: { readonly from: Date; readonly to: Date };
  readonly spans: readonly Span[];
}

/** Without coupons, taxes and credits. */
export function simulate({ book, prices, period, spans }: Simulation): Rating {
  const version = { version: 1, validFrom: period.from.toISOString(), validTo: null, prices };
  const segments = [{ version, ...period, usage: usageOf(spans, period) }];
  return rate({ currency: book.currency, rounding: book.rounding, segments, coupons: [], taxes: [], credits: [] });
}

/** The period of an exported invoice, and the spans that it follows from. */
export function recordedUsage({ document, events }: InvoiceExport): Pick<Simulation, 'period' | 'spans'> {
  const { period, cut, organizationId } = invoiceDocument.parse(JSON.parse(document));
  const known = events.filter(
    ({ sequence, data }) => BigInt(sequence) <= BigInt(cut) && data.organizationId === organizationId,
  );
  return {
    period: { from: new Date(period.from), to: new Date(period.to) },
    spans: byWorkload(known as readonly Fact[]).flatMap(spansOf),
  };
}

// Not `Map.groupBy`, which Node 20 lacks.
function byWorkload(facts: readonly Fact[]): Fact[][] {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group = groups.get(fact.data.workloadId);
    if (group) group.push(fact);
    else groups.set(fact.data.workloadId, [fact]);
  }
  return [...groups.values()];
}
