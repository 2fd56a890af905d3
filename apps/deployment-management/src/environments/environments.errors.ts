import { defineErrors } from '@berth/service-kit';

export const environmentErrors = defineErrors({
  EnvironmentNotFound: 404,
  EnvironmentSlugTaken: 409,
  EnvironmentNotEmpty: 409,
});
