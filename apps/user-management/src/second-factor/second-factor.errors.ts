import { defineErrors } from '@berth/service-kit';

export const secondFactorErrors = defineErrors({
  SecondFactorRequired: 401,
  SecondFactorInvalid: 401,
  SecondFactorMissing: 409,
  TotpCodeWrong: 422,
  TotpEnabledAlready: 409,
  TotpNotBegun: 409,
  TotpNotEnabled: 409,
});
