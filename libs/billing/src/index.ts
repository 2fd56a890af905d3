export { calendarMonth, isTimeZone, monthAfter, monthAt, type Period } from './periods/period.js';
export { digitsOf, formatMinor, isCurrency, parseMinor } from './rating/currency.js';
export { exact, Exact, roundQuotient, sum } from './rating/exact.js';
export { type Unit, unitOf } from './rating/metrics.js';
export { priceDifferencesOf } from './rating/price-differences.js';
export { rate } from './rating/rate.js';
export type {
  CouponDiscount,
  Credit,
  Fraction,
  LineKind,
  RatedLine,
  Rating,
  RatingInput,
  Segment,
  Tax,
  UsageOfApp,
} from './rating/rating.js';
export { type TaxedCustomer, taxesOf } from './rating/tax-rules.js';
export { withTerms } from './rating/terms.js';
export { shares } from './rating/shares.js';
export { type Unpriced, usageCharges } from './rating/usage-charges.js';
export { mergeEntries, type Move, moveTo, type OpenSpan, type Resource, resourceKey } from './spans/span.js';
export { canonicalText, sha256Of } from './invoices/canonical.js';
export { NotConserved, type Quantities, requireConserved } from './invoices/conservation.js';
export { type CorrectedLine, differences, identityOf } from './invoices/corrections.js';
export { creditNoteOf, type CreditNoteInput } from './invoices/credit-note.js';
export { documentOf, type InvoiceInput, type LateUsage, type Rated, ratingOf } from './invoices/document.js';
export { exportIn, type InvoiceExport, invoiceExport } from './invoices/export.js';
export { ExportIncomplete } from './invoices/export-incomplete.js';
export { type NamedApp, namesTold, Users } from './invoices/names.js';
export { recordedUsage, simulate, type Simulation } from './invoices/simulate.js';
export { type SyntheticMonth, syntheticMonth, syntheticUsage } from './invoices/synthetic-usage.js';
export { recompute } from './invoices/recompute.js';
export { NewerRules } from './invoices/rules.js';
export { type Fact, mayFollow, type Progress, type Span, spansOf } from './spans/history.js';
export { type ClippedSpan, SpanDigest } from './spans/span-digest.js';
export { noUsage, sizeOf, usageOf } from './spans/usage.js';
export { type AppActivity, compareMonths, type Comparison, type Month } from './explain/compare-months.js';
export { type ExplainedLine, lineSpansOf, partsOf } from './explain/line-parts.js';
export { focusCsv, type FindPrices, type PricesOfLine } from './exports/focus.js';
export { invoiceCsv } from './exports/invoice-csv.js';
export { inUnits } from './exports/quantity.js';
export { codeVersion } from './version.js';
export { cutsBetween, type Grain } from './periods/cuts.js';
