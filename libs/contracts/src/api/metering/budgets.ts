import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { currency, decimal, id, instant, storable } from '../../common/values.js';
import { positive10 } from './price-books.js';
import { period } from './usage.js';

const name = z.string().min(1).max(100).refine(storable, { error: 'must be printable' });
const thresholds = z
  .array(z.int().min(1).max(1_000))
  .max(20)
  .refine((all) => new Set(all).size === all.length, { error: 'must differ' });

/** How far a cap has gone: everything runs, it was warned, and then what was stopped so far. */
export const capStage = z.enum(['open', 'warned', 'previews', 'non-production', 'production']);
export type CapStage = z.infer<typeof capStage>;

/** What an organization, a project or an environment may use up in a calendar month of the account. */
export const budget = z
  .object({
    id,
    organizationId: id,
    projectId: id.nullable(),
    environmentId: id.nullable(),
    name: z.string(),
    amount: decimal,
    currency,
    /** Percent at which it is told by mail and webhook. */
    thresholds: z.array(z.int()),
    /** Whether workloads stop when it is spent: step by step, previews first and production last. */
    isCap: z.boolean(),
    /** Between two steps; the first is the warning. */
    graceMinutes: z.int(),
    month: period,
    /** Usage at its prices, before fees, discounts and tax; as of the last look. */
    spent: decimal,
    forecast: decimal,
    lookedAt: instant.nullable(),
    stage: capStage,
    /** Thresholds that were crossed this month. */
    crossed: z.array(z.int()),
  })
  .meta({ id: 'Budget' });
export type Budget = z.infer<typeof budget>;
export const budgetPage = pageOf(budget).meta({ id: 'BudgetPage' });
export const budgetQuery = pageQuery.extend({ organization: id });
export type BudgetQuery = z.infer<typeof budgetQuery>;

const settings = {
  name,
  amount: positive10,
  thresholds,
  isCap: z.boolean(),
  graceMinutes: z.int().min(1).max(44_640),
};

/** An environment is named with its project. */
export const createBudget = z
  .strictObject({
    organizationId: id,
    projectId: id.nullable().default(null),
    environmentId: id.nullable().default(null),
    ...settings,
    thresholds: thresholds.default([50, 80, 100]),
    isCap: z.boolean().default(false),
    graceMinutes: settings.graceMinutes.default(60),
  })
  .refine((body) => body.environmentId === null || body.projectId !== null, {
    path: ['projectId'],
    error: 'is needed with an environment',
  })
  .meta({ id: 'CreateBudget' });
export type CreateBudget = z.infer<typeof createBudget>;

export const updateBudget = z.strictObject(settings).partial().meta({ id: 'UpdateBudget' });
export type UpdateBudget = z.infer<typeof updateBudget>;
