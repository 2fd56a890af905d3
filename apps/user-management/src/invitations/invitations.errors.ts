import { defineErrors } from '@berth/service-kit';

export const invitationErrors = defineErrors({
  InvitationExists: 409,
  InvitationInvalid: 422,
  InvitationForAnotherAddress: 403,
});
