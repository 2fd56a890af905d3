import { defineErrors } from '@berth/service-kit';

export const agreementErrors = defineErrors({
  AgreementTooEarly: 422,
  AgreementBookUnknown: 422,
  AgreementBookOther: 422,
  TermsInconsistent: 422,
});
