import { defineErrors } from '@berth/service-kit';

export const environmentErrors = defineErrors({
  EnvironmentSlugTaken: 409,
  EnvironmentNotEmpty: 409,
});
