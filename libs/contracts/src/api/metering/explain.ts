import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { processName } from '../../common/process-type.js';
import { bigCount, currency, decimal, id, instant } from '../../common/values.js';
import { metric } from './price-books.js';
import { period } from './usage.js';

/** Which line of an invoice, counted from 0 as in its document. Workloads make a page. */
export const invoicePartQuery = pageQuery.extend({ line: z.coerce.number().int().nonnegative() });
export type InvoicePartQuery = z.infer<typeof invoicePartQuery>;

/**
 * What one release of a workload has of a line of usage: its instances of one size and process type. Of a line of storage:
 * what a volume of one size has; of a line of builds: what cores one build kept busy; of a line of domains: one of them; of a line of egress: what left for the
 * visitors of one workload, whose meter `workloadId` is then. `workloadId` is otherwise the id of the volume, build or
 * domain; release, CPU and memory are 0.
 */
export const invoicePart = z
  .object({
    ...{ workloadId: id, appId: id, environmentId: id, projectId: id },
    cluster: z.string(),
    release: z.int().nonnegative(),
    processType: processName,
    cpuMillicores: z.int().nonnegative(),
    memoryMib: z.int().nonnegative(),
    storageBytes: z.int().nonnegative(),
    buildMillicores: z.int().nonnegative(),
    egressBytes: z.int().nonnegative(),
    domains: z.int().nonnegative(),
    /** How many spans, from the beginning of the first to the end of the last. */
    spans: z.int().positive(),
    from: instant,
    to: instant,
    /**
     * How long of it another release of the same process type served too, as in a roll-out: both count, because both were
     * there (ADR 0009).
     */
    overlapMilliseconds: bigCount,
    /** Over all instances. */
    instanceMilliseconds: bigCount,
    /** In base units, as on the line. */
    quantity: bigCount,
    /** Its part of the line's amount by quantity: for reading, with ten decimals. */
    amount: decimal,
  })
  .meta({ id: 'InvoicePart' });
export type InvoicePart = z.infer<typeof invoicePart>;
export const invoicePartPage = pageOf(invoicePart).meta({ id: 'InvoicePartPage' });

/** One by one, in their order: those of the workload, volume, build, domain or meter that a part names as `workloadId`. */
export const invoiceSpanQuery = invoicePartQuery.extend({ workload: id });
export type InvoiceSpanQuery = z.infer<typeof invoiceSpanQuery>;

/** A time in which nothing changed: so many instances of one size of a release, or what else a part may be of. */
export const invoiceSpan = invoicePart
  .pick({
    ...{ cluster: true, release: true, processType: true, cpuMillicores: true, memoryMib: true, storageBytes: true },
    ...{ buildMillicores: true, egressBytes: true, domains: true, from: true, to: true, quantity: true },
  })
  .extend({ instances: z.int().positive() })
  .meta({ id: 'InvoiceSpan' });
export type InvoiceSpan = z.infer<typeof invoiceSpan>;
export const invoiceSpanPage = pageOf(invoiceSpan).meta({ id: 'InvoiceSpanPage' });

export const monthComparisonQuery = z
  .object({ organization: id, month: period, with: period })
  .refine((query) => query.month !== query.with, { path: ['with'], error: 'must be another month' });
export type MonthComparisonQuery = z.infer<typeof monthComparisonQuery>;

/**
 * `price`: the usage of `month` at its own prices less the same usage at those of `with`. For each app, at what a unit cost
 * on average: `new-app` and `app-gone`; of apps in both months `time` (longer running), `instances` (more at a time) and
 * `size` (bigger ones). `tiers`: what tiers, packages,
 * allowances and rounding make of the sum of these. The rest: lines that are
 * no usage.
 */
export const changeCause = z.enum([
  ...['price', 'new-app', 'app-gone', 'time', 'instances', 'size', 'tiers'],
  ...['fee', 'discount', 'minimum', 'tax'],
] as const);
export type ChangeCause = z.infer<typeof changeCause>;

/** Why one month costs more or less than another. The amounts of the causes add up to the difference. */
export const monthComparison = z
  .object({
    currency,
    month: period,
    with: period,
    /** What each costs as it is known now: net and tax, without credits. */
    before: decimal,
    after: decimal,
    difference: decimal,
    /** The biggest first. `appId` and `metric` where the cause has them. */
    causes: z.array(z.object({ cause: changeCause, appId: id.nullable(), metric: metric.nullable(), amount: decimal })),
  })
  .meta({ id: 'MonthComparison' });
export type MonthComparison = z.infer<typeof monthComparison>;
