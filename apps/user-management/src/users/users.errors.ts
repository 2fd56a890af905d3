import { defineErrors } from '@berth/service-kit';

export const userErrors = defineErrors({
  UserNotFound: 404,
  UserSuspended: 403,
  UsernameTaken: 409,
  UsernameChangesSpent: 409,
});
