import { defineErrors } from '@berth/service-kit';

export const billingAccountErrors = defineErrors({
  BillingAccountNotFound: 404,
  TimeZoneUnknown: 422,
  TimeZoneFixed: 409,
  PriceBookUnknown: 422,
  CurrencyFixed: 409,
  RoundingFixed: 409,
});
