import { defineErrors } from '@berth/service-kit';

export const registrationErrors = defineErrors({
  SignUpClosed: 403,
  DomainRefused: 403,
  VerificationInvalid: 422,
  EmailTaken: 409,
});
