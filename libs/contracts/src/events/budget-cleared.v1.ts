import { budgetFact } from './budget-shapes.js';
import { defineEvent } from './define-event.js';

/** What stopped because of a budget may run again: the cap was raised or taken away, or a new month began. */
export const budgetCleared = defineEvent({
  type: 'berth.budget.cleared.v1',
  producer: 'metering',
  data: budgetFact,
});
