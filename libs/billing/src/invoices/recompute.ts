import { type InvoiceDocument, invoiceDocument, type PriceBookVersion } from '@berth/contracts/metering';
import { digitsOf, parseMinor } from '../rating/currency.js';
import type { Credit, RatedLine, Segment } from '../rating/rating.js';
import { withTerms } from '../rating/terms.js';
import { type Fact, type Span, spansOf } from '../spans/history.js';
import { compareSpans, SpanDigest } from '../spans/span-digest.js';
import { clipped, usageOf } from '../spans/usage.js';
import { canonicalText, sha256Of } from './canonical.js';
import { documentOf, type LateUsage, type Rated, ratingOf } from './document.js';
import type { InvoiceExport } from './export.js';
import { ExportIncomplete } from './export-incomplete.js';
import { namesTold, Users, withoutDomains } from './names.js';
import { namesDomains, requireKnownRules } from './rules.js';

/**
 * Computes the canonical text of an invoice anew: from the accepted events up to its cut and the versions of its price
 * book, with nothing taken from the invoice but its number, its dates, its taxes, its coupons, its waivers, its
 * names and its cuts; by the rules that it was written by.
 * @throws ExportIncomplete
 * @throws NewerRules
 */
export function recompute(exported: InvoiceExport): string {
  const told = read(exported.document);
  requireKnownRules(told);
  const late = told.corrections.map((each): LateUsage => {
    const text = exported.corrected.find((document) => read(document).number === each.invoice);
    if (text === undefined)
      throw new ExportIncomplete(`Invoice ${each.invoice}, which is corrected, is not in the file.`);
    const [before, after] = [each.cuts.from, each.cuts.to].map((cut) => linesOf(exported, read(text), cut));
    const { invoice, month, cuts } = each;
    return { invoice, month, cuts, currency: told.currency, before: before ?? [], after: after ?? [] };
  });
  const spans = spansUpTo(exported, told, told.cut);
  const rated = ratedOf(exported, told, spans);
  const { number, issuer, organizationId, cut, codeVersion, seller, buyer, payUntil } = told;
  return canonicalText(
    documentOf({
      ...{ ...rated, number, issuer, organizationId, cut, codeVersion, corrections: late },
      parties: { seller, buyer, payUntil },
      waivers: waiversOf(told),
      names: namesOf(told, spans, rated.period),
      issuedAt: told.issuedAt === null ? null : new Date(told.issuedAt),
      spans: digestOf(spans, rated.period),
    }),
  );
}

interface Interval {
  readonly from: Date;
  readonly to: Date;
}

const read = (text: string): InvoiceDocument => invoiceDocument.parse(JSON.parse(text));

const waiversOf = ({ unpriced = [] }: InvoiceDocument) =>
  unpriced.flatMap(({ metric, waived }) => (waived === null ? [] : [{ metric, reason: waived }]));

/** Invoices from before there were names have none, and most of those from before domains had to have names none of domains. */
function namesOf(told: InvoiceDocument, spans: readonly Span[], period: Interval): InvoiceDocument['names'] {
  if (!told.names) return undefined;
  const users = new Users();
  for (const span of spans) if (clipped(span, period)) users.add(span);
  const names = users.named(namesTold(told));
  return namesDomains(told) || told.names.some(({ domains }) => domains) ? names : withoutDomains(names);
}

const linesOf = (exported: InvoiceExport, told: InvoiceDocument, cut: string): readonly RatedLine[] =>
  ratingOf(ratedOf(exported, told, spansUpTo(exported, told, cut))).lines;

function spansUpTo({ events }: InvoiceExport, { organizationId }: InvoiceDocument, cut: string): Span[] {
  const facts = new Map<string, Fact[]>();
  for (const event of events) {
    if (BigInt(event.sequence) > BigInt(cut) || event.data.organizationId !== organizationId) continue;
    const { workloadId } = event.data;
    facts.set(workloadId, [...(facts.get(workloadId) ?? []), event]);
  }
  return [...facts.values()].flatMap(spansOf);
}

function ratedOf(exported: InvoiceExport, told: InvoiceDocument, spans: readonly Span[]): Rated {
  const { period, currency, priceBook, rounding, taxes, coupons = [] } = told;
  const credits = (told.credits ?? []).map((each): Credit => ({
    ...each,
    left: parseMinor(each.left, digitsOf(currency)),
  }));
  const book = { id: priceBook.id, name: priceBook.name, currency, rounding: rounding.mode };
  const segments = priceBook.versions.map((named): Segment => {
    const [from, to] = [new Date(named.from), new Date(named.to)];
    const version = versionOf(exported, told, named);
    const { agreement } = named;
    return { version, ...(agreement !== undefined && { agreement }), from, to, usage: usageOf(spans, { from, to }) };
  });
  return {
    period: { ...period, from: new Date(period.from), to: new Date(period.to) },
    book,
    ...{ segments, coupons, taxes, credits },
  };
}

type Named = InvoiceDocument['priceBook']['versions'][number];

function versionOf(exported: InvoiceExport, { organizationId, priceBook }: InvoiceDocument, named: Named) {
  const agreed = exported.agreements.find(
    (each) => each.organizationId === organizationId && each.number === named.agreement,
  );
  if (named.agreement !== undefined && !agreed)
    throw new ExportIncomplete(`Agreement ${named.agreement} is not in the file.`);
  const bookId = agreed?.priceBookId ?? priceBook.id;
  const version = pricesOf(exported, bookId, named.version);
  const prices = agreed ? withTerms(version.prices, agreed.terms) : version.prices;
  if (sha256Of(canonicalText(prices)) !== named.sha256)
    throw new ExportIncomplete(`Version ${named.version} of price book ${bookId} is not what was charged.`);
  return { ...version, prices };
}

function pricesOf({ priceBooks }: InvoiceExport, bookId: string, number: number): PriceBookVersion {
  const book = priceBooks.find(({ id }) => id === bookId);
  const version = book?.versions.find((each) => each.version === number);
  if (!version) throw new ExportIncomplete(`Version ${number} of price book ${bookId} is not in the file.`);
  return version;
}

function digestOf(spans: readonly Span[], period: Interval) {
  const digest = new SpanDigest();
  const inPeriod = spans.map((span) => clipped(span, period)).filter((span) => span !== undefined);
  for (const span of inPeriod.toSorted(compareSpans)) digest.add(span);
  return digest.done();
}
