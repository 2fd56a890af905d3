import { defineErrors } from '@berth/service-kit';

export const organizationErrors = defineErrors({
  OrganizationSlugTaken: 409,
  OrganizationSuspendedAlready: 409,
  OrganizationNotSuspended: 409,
  OrganizationDeletedAlready: 409,
  OrganizationNotDeleted: 409,
  OrganizationSlugWrong: 422,
  OwnSecondFactorMissing: 409,
});
