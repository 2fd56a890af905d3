import { defineErrors } from '@berth/service-kit';

export const creditErrors = defineErrors({
  CreditNotFound: 404,
  CreditRevoked: 409,
  AmountInvalid: 422,
  CurrencyUnknown: 422,
  DiscountNotFound: 404,
  DiscountRevoked: 409,
  CouponTaken: 409,
  CouponUnknown: 404,
  CouponOver: 409,
  CouponRedeemed: 409,
  CouponOtherCurrency: 409,
});
