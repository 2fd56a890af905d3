import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { bigCount, id, instant, reasonGiven } from '../../common/values.js';
import { metric } from './price-books.js';
import { period } from './usage.js';

/** What is looked at before a period is closed. */
export const closingCheckName = z.enum([
  'period_over',
  'grace_over',
  'missing_events',
  'silent_workloads',
  'dead_letters',
  'conserved_usage',
  'unpriced_usage',
]);
export type ClosingCheckName = z.infer<typeof closingCheckName>;

export const closingCheck = z.object({
  name: closingCheckName,
  /** `attention`: whoever closes should know; `blocks`: it cannot be closed; `waived`: it would, had nobody answered for it. */
  state: z.enum(['ok', 'attention', 'blocks', 'waived']),
  /** Null when it is ok. */
  detail: z.string().nullable(),
});
export type ClosingCheck = z.infer<typeof closingCheck>;

/** Usage of a month that no rate charges stays without a charge: somebody said so. */
export const waiver = z
  .object({
    month: period,
    metric,
    /** It stands on the invoice. */
    reason: z.string(),
    /** A user or a service account. */
    waivedBy: id,
    waivedAt: instant,
  })
  .meta({ id: 'Waiver' });
export type Waiver = z.infer<typeof waiver>;

/** The period that is open, and what speaks against closing it. */
export const closingChecklist = z
  .object({
    organizationId: id,
    period: z.object({ month: period, timeZone: z.string(), from: instant, to: instant }),
    /** Whether it can be closed by command now. */
    closable: z.boolean(),
    checks: z.array(closingCheck),
    /** Of this month, and of earlier ones that are billed with it. */
    unpriced: z.array(
      z.object({ month: period, metric, version: z.int().positive(), quantity: bigCount, waiver: waiver.nullable() }),
    ),
  })
  .meta({ id: 'ClosingChecklist' });
export type ClosingChecklist = z.infer<typeof closingChecklist>;

export const blockedClosing = z
  .object({ organizationId: id, month: period, blocked: z.string(), lookedAgainAt: instant })
  .meta({ id: 'BlockedClosing' });
export type BlockedClosing = z.infer<typeof blockedClosing>;
export const blockedClosingPage = pageOf(blockedClosing).meta({ id: 'BlockedClosingPage' });

export const createWaiver = z.strictObject({ month: period, metric, reason: reasonGiven }).meta({ id: 'CreateWaiver' });
export type CreateWaiver = z.infer<typeof createWaiver>;

export const reopenPeriod = z.strictObject({ month: period, reason: reasonGiven }).meta({ id: 'ReopenPeriod' });
export type ReopenPeriod = z.infer<typeof reopenPeriod>;
