import { defineErrors } from '@berth/service-kit';

export const patchErrors = defineErrors({
  PatchNotSupported: 422,
  PatchOfOtherProcess: 422,
  PatchRefused: 422,
  RuntimeUnavailable: 503,
});
