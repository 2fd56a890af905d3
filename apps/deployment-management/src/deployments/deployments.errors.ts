import { defineErrors } from '@berth/service-kit';

export const deploymentErrors = defineErrors({
  DeploymentEnded: 409,
  DeploymentNotWaiting: 409,
  ReleaseNotFound: 422,
  ReleaseNeverLive: 422,
  ReleaseExpired: 422,
  SecretRevoked: 422,
  SourceNotSupported: 422,
  ClusterRemoved: 409,
  SourceMissing: 422,
  PromotionOfOtherApp: 422,
});
