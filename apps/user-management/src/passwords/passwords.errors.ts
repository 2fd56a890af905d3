import { defineErrors } from '@berth/service-kit';

export const passwordErrors = defineErrors({
  PasswordTooCommon: 422,
  PasswordBreached: 422,
  PasswordOfContext: 422,
  PasswordUnchanged: 422,
  CurrentPasswordWrong: 422,
  InitialPasswordEnded: 403,
  TooBusy: 503,
});
