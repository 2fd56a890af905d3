import { defineErrors } from '@berth/service-kit';

export const administrationErrors = defineErrors({
  NotYourself: 409,
  UserSuspendedAlready: 409,
  UserNotSuspended: 409,
});
