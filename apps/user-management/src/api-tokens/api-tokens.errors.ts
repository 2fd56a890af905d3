import { defineErrors } from '@berth/service-kit';

export const apiTokenErrors = defineErrors({
  ApiTokenNotFound: 404,
  ApiTokenInvalid: 401,
  ApiTokenScopeUnknown: 422,
  TooManyApiTokens: 409,
});
