import type { Invoice } from '@berth/contracts/metering';

export type InvoiceStatus = Invoice['status'];
export type InvoiceEnd = 'pay' | 'void';

/**
 * draft -> issued -> paid | void. A draft is computed, never stored; issuing stores it. Both ends are for ever, which the
 * database enforces, too: what was paid is not taken back, but credited.
 */
export const invoiceEnds = {
  pay: { from: 'issued', to: 'paid', at: 'paid_at' },
  void: { from: 'issued', to: 'void', at: 'voided_at' },
} as const satisfies Record<InvoiceEnd, { from: InvoiceStatus; to: InvoiceStatus; at: string }>;
