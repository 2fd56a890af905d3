import { defineErrors } from '@berth/service-kit';

export const clusterErrors = defineErrors({
  ClusterNameTaken: 409,
  ClusterIsOwn: 409,
  ClusterInUse: 409,
  ClusterAnswers: 409,
  ClusterCordoned: 409,
  SpaceEnding: 409,
  ClusterUnknown: 422,
  ClusterOutOfRegion: 422,
  NoClusterFits: 422,
  KubeconfigInvalid: 422,
  ClusterUnfit: 422,
  PrometheusMissing: 422,
  PrometheusMoved: 422,
});
