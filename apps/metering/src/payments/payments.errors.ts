import { defineErrors } from '@berth/service-kit';

export const paymentErrors = defineErrors({
  NothingDue: 409,
  PaymentsNotConfigured: 409,
  NotificationNotSigned: 401,
});

export const notSigned = (detail: string) => paymentErrors.NotificationNotSigned(detail);
