import { z } from 'zod';
import { decimal } from '../common/values.js';
import { budgetFact } from './budget-shapes.js';
import { defineEvent } from './define-event.js';

/** So much of a budget is spent. Once per threshold and month. */
export const budgetThresholdCrossed = defineEvent({
  type: 'berth.budget.threshold-crossed.v1',
  producer: 'metering',
  data: budgetFact.extend({
    /** Percent of the amount. */
    threshold: z.int().positive(),
    /** What the month will cost if it goes on as in the last day. */
    forecast: decimal,
  }),
});
