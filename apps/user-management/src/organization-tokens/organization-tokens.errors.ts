import { defineErrors } from '@berth/service-kit';

export const organizationTokenErrors = defineErrors({
  OrganizationTokenScopeEmpty: 422,
  TooManyOrganizationTokens: 409,
});
