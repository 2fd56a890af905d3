import { defineErrors } from '@berth/service-kit';

export const protectionErrors = defineErrors({
  ProtectionNotSupported: 422,
  TooManyLogins: 422,
  LoginUnknown: 422,
  RuntimeUnavailable: 503,
});
