import { defineErrors } from '@berth/service-kit';

export const impersonationErrors = defineErrors({
  ImpersonationNotFound: 404,
  NotConsented: 409,
  /** Oneself, another administrator, or somebody who may not come in: with their eyes there is nothing to look at. */
  NotToImpersonate: 409,
});
