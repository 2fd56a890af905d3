import { defineErrors } from '@berth/service-kit';

export const accountErrors = defineErrors({
  EmailChangeInvalid: 422,
  EmailTaken: 409,
  SoleOwner: 409,
});
