import { defineErrors } from '@berth/service-kit';

export const passkeyErrors = defineErrors({
  PasskeyNotFound: 404,
  PasskeyExists: 409,
  TooManyPasskeys: 409,
  /** It was not made, or not shown, for this platform and this challenge. */
  PasskeyRefused: 422,
  PasskeyLoginRefused: 401,
});
