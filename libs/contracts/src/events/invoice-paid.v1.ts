import { defineEvent } from './define-event.js';
import { invoiceFact } from './shapes.js';

/** What was due has been received. */
export const invoicePaid = defineEvent({
  type: 'berth.invoice.paid.v1',
  producer: 'metering',
  data: invoiceFact,
});
