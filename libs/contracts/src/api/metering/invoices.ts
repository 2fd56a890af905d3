import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { bigCount, currency, decimal, id, instant } from '../../common/values.js';
import { allocation, allocationEntry } from '../../events/shapes.js';
import { metric, percent, roundingMode } from './price-books.js';
import { billTo } from './billing-accounts.js';
import { seller } from './issuers.js';
import { tax } from './taxes.js';
import { period } from './usage.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const named = z.object({ id, name: z.string().nullable() });

export const lineKind = z.enum(['usage', 'fee', 'discount', 'minimum', 'tax', 'credit']);

export const invoiceLine = z.object({
  kind: lineKind,
  /** Of the rate, fee, discount, coupon, tax or credit. */
  id: z.string(),
  name: z.string(),
  /** Of the price book; null where no version says so. */
  version: z.int().positive().nullable(),
  /** Number of the agreement that held; absent where none did. */
  agreement: z.int().positive().optional(),
  from: instant,
  to: instant,
  /** In base units: millicore-milliseconds, byte-milliseconds. */
  usage: z.object({ metric, quantity: bigCount, unit: z.string() }).nullable(),
  amount: decimal,
  /** Of a line of usage: what each app has of the amount, by largest remainder. */
  apps: z.array(z.object({ appId: id, quantity: bigCount, amount: decimal })),
});
export type InvoiceLine = z.infer<typeof invoiceLine>;

/** What became known about an earlier period after its invoice was issued: differences to its lines. */
export const correction = z.object({
  /** Number of the invoice that is corrected. */
  invoice: z.string(),
  month: period,
  /** Accepted events up to the first were in what is corrected, up to the second are in the correction. */
  cuts: z.object({ from: bigCount, to: bigCount }),
  lines: z.array(
    invoiceLine.pick({ kind: true, id: true, name: true, version: true, agreement: true }).extend({ amount: decimal }),
  ),
  total: decimal,
});
export type Correction = z.infer<typeof correction>;

/** What an invoice says. Its canonical text never changes and can be computed anew from the accepted events. */
export const invoiceDocument = z
  .object({
    /** Null: a preview of what is not over or not closed. */
    number: z.string().nullable(),
    issuer: z.string(),
    organizationId: id,
    /** Absent where nobody said so. */
    seller: seller.optional(),
    buyer: billTo.extend({ country: z.string().nullable(), taxId: z.string().nullable() }).optional(),
    payUntil: instant.optional(),
    period: z.object({ month: period, timeZone: z.string(), from: instant, to: instant }),
    issuedAt: instant.nullable(),
    currency,
    /** How each line was rounded, to so many decimals. Totals are sums of lines. */
    rounding: z.object({ mode: roundingMode, decimals: z.int().nonnegative() }),
    priceBook: z.object({
      id,
      name: z.string(),
      /** `sha256`: of the prices that were charged. With an agreement, its price book and terms hold. */
      versions: z.array(
        z.object({
          ...{ version: z.int().positive(), agreement: z.int().positive().optional() },
          ...{ from: instant, to: instant, sha256 },
        }),
      ),
    }),
    taxes: z.array(tax),
    /** Percentages off what the discounts of the prices left, in this order; absent: none. */
    coupons: z.array(z.object({ id, name: z.string(), percent, on: z.array(z.string()).optional() })).optional(),
    /** What there was to take off, in this order; absent: nothing. */
    credits: z.array(z.object({ id, name: z.string(), left: decimal })).optional(),
    /** Accepted events up to this one are in it. */
    cut: bigCount,
    /** The spans of the period, clipped to it, and the hash over all of them. */
    spans: z.object({ count: z.int().nonnegative(), sha256 }),
    /**
     * The apps that used anything and where they ran, by the names that they had; null: the platform did not know it.
     * `domains` led to them: `shop.example.com/api`; absent where none did. Absent on invoices from before there were names.
     */
    names: z
      .array(
        z.object({
          ...{ appId: id, name: z.string().nullable(), project: named, environments: z.array(named) },
          domains: z.array(named).optional(),
        }),
      )
      .optional(),
    lines: z.array(invoiceLine),
    /** What was used and is not charged, because no rate is for it; absent: nothing. `waived`: why that is so. */
    unpriced: z
      .array(z.object({ metric, version: z.int().positive(), quantity: bigCount, waived: z.string().nullable() }))
      .optional(),
    corrections: z.array(correction),
    /** `net`: before tax. `due`: net, tax and corrections less credits. */
    totals: z.object({ net: decimal, tax: decimal, credited: decimal, corrected: decimal, due: decimal }),
    /** Of the code that computed it. */
    codeVersion: z.string(),
  })
  .meta({ id: 'InvoiceDocument' });
export type InvoiceDocument = z.infer<typeof invoiceDocument>;

export const invoiceStatus = z.enum(['issued', 'paid', 'void']);

export const invoiceSummary = z
  .object({
    id,
    organizationId: id,
    number: z.string(),
    month: period,
    status: invoiceStatus,
    currency,
    due: decimal,
    issuedAt: instant,
    paidAt: instant.nullable(),
    voidedAt: instant.nullable(),
    /** Number of what took it back; null where nothing did. */
    creditNote: z.string().nullable(),
  })
  .meta({ id: 'InvoiceSummary' });
export type InvoiceSummary = z.infer<typeof invoiceSummary>;
export const invoicePage = pageOf(invoiceSummary).meta({ id: 'InvoicePage' });

export const invoice = invoiceSummary
  .extend({
    /** The canonical text, and the hash of its bytes. */
    document: z.string(),
    sha256,
  })
  .meta({ id: 'Invoice' });
export type Invoice = z.infer<typeof invoice>;

export const invoiceQuery = pageQuery.extend({ organization: id, number: z.string().max(40).optional() });
export type InvoiceQuery = z.infer<typeof invoiceQuery>;

/** An event as it was accepted: with all of them up to its cut an invoice can be computed anew. */
/**
 * Instances that serve; or the storage of a volume, cores that a build kept busy, bytes that left in a millisecond, or a domain: then
 * `release`, CPU and memory are 0.
 */
export const meteredEntry = allocationEntry.extend({
  release: z.int().nonnegative(),
  cpuMillicores: z.int().nonnegative(),
  memoryMib: z.int().nonnegative(),
  storageBytes: z.int().positive().optional(),
  buildMillicores: z.int().positive().optional(),
  egressBytes: z.int().positive().optional(),
  domains: z.int().positive().optional(),
});
export type MeteredEntry = z.infer<typeof meteredEntry>;

/** What a workload has allocated; or a volume, a build, what leaves or a domain, each metered as a workload of its own: `workloadId` is its id then. */
export const meteredAllocation = allocation.extend({
  entries: z.array(meteredEntry),
  /** Of a volume, of what leaves or of a domain, whose owner is not asked for snapshots: follows whatever was told in an epoch before. */
  followsEpochs: z.literal(true).optional(),
});
export type MeteredAllocation = z.infer<typeof meteredAllocation>;

export const acceptedEvent = z
  .object({
    /** Order of acceptance. */
    sequence: bigCount,
    source: z.string(),
    id: z.string(),
    epoch: z.int().nonnegative(),
    isSnapshot: z.boolean(),
    time: instant,
    data: meteredAllocation,
  })
  .meta({ id: 'AcceptedEvent' });
export type AcceptedEvent = z.infer<typeof acceptedEvent>;
export const acceptedEventPage = pageOf(acceptedEvent).meta({ id: 'AcceptedEventPage' });

export const closePeriod = z.strictObject({ organizationId: id }).meta({ id: 'ClosePeriod' });
export type ClosePeriod = z.infer<typeof closePeriod>;

export const closedPeriod = z
  .object({
    /** Null: there was nothing to bill. */
    invoiceId: id.nullable(),
  })
  .meta({ id: 'ClosedPeriod' });
export type ClosedPeriod = z.infer<typeof closedPeriod>;

export const invoicePreviewQuery = z.object({ organization: id });
export type InvoicePreviewQuery = z.infer<typeof invoicePreviewQuery>;
