import { defineEvent } from './define-event.js';
import { invoiceFact } from './shapes.js';

/** An invoice counts no more; its number stays taken. */
export const invoiceVoided = defineEvent({
  type: 'berth.invoice.voided.v1',
  producer: 'metering',
  data: invoiceFact,
});
