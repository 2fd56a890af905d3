import { defineErrors } from '@berth/service-kit';

export const membershipErrors = defineErrors({
  MembershipExists: 409,
  LastOwner: 409,
  RoleNotHere: 422,
  NotAMember: 422,
});
