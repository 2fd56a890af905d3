import { defineErrors } from '@berth/service-kit';

export const invoiceErrors = defineErrors({
  InvoiceNotFound: 404,
  InvoiceNotOpen: 409,
});
