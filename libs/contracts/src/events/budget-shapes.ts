import { z } from 'zod';
import { currency, decimal, id } from '../common/values.js';

export const environmentKind = z.enum(['development', 'staging', 'production', 'preview']);
export type EnvironmentKind = z.infer<typeof environmentKind>;

/** Which budget it is, of what of an organization, and how much of it is spent. */
export const budgetFact = z.object({
  budgetId: id,
  organizationId: id,
  /** Null: the whole organization. */
  projectId: id.nullable(),
  environmentId: id.nullable(),
  name: z.string(),
  /** Of the account's time zone. */
  month: z.string().regex(/^[0-9]{4}-[0-9]{2}$/),
  currency,
  amount: decimal,
  spent: decimal,
});
