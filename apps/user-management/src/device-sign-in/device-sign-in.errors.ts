import { defineErrors } from '@berth/service-kit';

export const deviceSignInErrors = defineErrors({
  /** Of another browser, finished, or ended. */
  DeviceSignInGone: 422,
  /** It was not said on the page that showed the code. */
  ConfirmationInvalid: 422,
});
