import type { Invoice } from '@berth/contracts/metering';
import { defineErrors, type DomainError } from '@berth/service-kit';

export const invoiceErrors = defineErrors({
  InvoiceNotFound: 404,
  InvoiceNotOpen: 409,
});

export const notOpen = ({ status }: Pick<Invoice, 'status'>): DomainError =>
  invoiceErrors.InvoiceNotOpen(status === 'issued' ? 'The invoice was ended meanwhile.' : `The invoice is ${status}.`);
