import { defineErrors } from '@berth/service-kit';

export const closingErrors = defineErrors({
  NothingToClose: 404,
  PeriodNotOver: 409,
  PeriodBlocked: 409,
  PeriodIssued: 409,
  PeriodNotClosed: 409,
  NothingToWaive: 409,
});
