import { defineEvent } from './define-event.js';
import { invoiceFact } from './shapes.js';

/** An invoice got its number; from now on it never changes. */
export const invoiceIssued = defineEvent({
  type: 'berth.invoice.issued.v1',
  producer: 'metering',
  data: invoiceFact,
});
