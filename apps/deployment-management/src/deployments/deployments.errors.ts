import { defineErrors } from '@berth/service-kit';

export const deploymentErrors = defineErrors({
  DeploymentNotFound: 404,
  DeploymentEnded: 409,
  ReleaseNotFound: 422,
  SourceNotSupported: 422,
  SourceMissing: 422,
  PromotionOfOtherApp: 422,
});
