import { defineErrors } from '@berth/service-kit';

export const priceBookErrors = defineErrors({
  PriceBookNotFound: 404,
  PriceBookVersionNotFound: 404,
  PriceBookNameTaken: 409,
  PriceBookVersionTooEarly: 409,
  CurrencyUnknown: 422,
});
