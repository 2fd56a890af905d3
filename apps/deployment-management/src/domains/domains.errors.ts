import { defineErrors } from '@berth/service-kit';

export const domainErrors = defineErrors({
  HostInvalid: 422,
  HostOfPlatform: 422,
  PathInvalid: 422,
  TooManyDomains: 422,
  DomainTaken: 409,
  DomainHeld: 409,
  DomainVerified: 409,
});
