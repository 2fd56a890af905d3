export { calendarMonth, isTimeZone, monthAt, type Period } from './periods/period.js';
export { digitsOf, formatMinor, isCurrency, parseMinor } from './rating/currency.js';
export { exact, Exact, roundQuotient, sum } from './rating/exact.js';
export { type Unit, unitOf } from './rating/metrics.js';
export { rate } from './rating/rate.js';
export type {
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
export { shares } from './rating/shares.js';
export { type Unpriced, usageCharges } from './rating/usage-charges.js';
export { mergeEntries, type Move, moveTo, type OpenSpan, type Resource } from './spans/span.js';
