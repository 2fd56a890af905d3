import { z } from 'zod';
import { instant } from '../common/values.js';
import { budgetFact, environmentKind } from './budget-shapes.js';
import { defineEvent } from './define-event.js';

/**
 * A budget with a cap is spent. First nothing stops, and it is told what will and when; then one step follows another:
 * previews, development and staging, production.
 */
export const budgetExhausted = defineEvent({
  type: 'berth.budget.exhausted.v1',
  producer: 'metering',
  data: budgetFact.extend({
    /** Workloads in environments of these kinds are to stop now. Empty: this is the warning. */
    stops: z.array(environmentKind),
    /** What stops next, unless the cap is raised; empty: nothing more. */
    stopsNext: z.array(environmentKind),
    stopsNextAt: instant.nullable(),
  }),
});
