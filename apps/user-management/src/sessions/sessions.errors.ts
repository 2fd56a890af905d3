import { defineErrors } from '@berth/service-kit';

export const sessionErrors = defineErrors({
  CredentialsInvalid: 401,
  RefreshInvalid: 401,
  SessionNotFound: 404,
});
