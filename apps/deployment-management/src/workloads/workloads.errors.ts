import { defineErrors } from '@berth/service-kit';

export const workloadErrors = defineErrors({
  WorkloadExists: 409,
  WorkloadOfOtherProject: 422,
  WorkloadChanged: 412,
  WorkloadNeverDeployed: 409,
  ProcessTypeUnknown: 422,
  AutoscalingNotSupported: 422,
  ClusterDoesNotFit: 422,
  PlacementExists: 409,
  PlacementNotLive: 409,
  PlacementIsFirst: 422,
  StrategyNotSupported: 422,
});
