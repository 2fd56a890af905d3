import { defineErrors } from '@berth/service-kit';

export const clusterErrors = defineErrors({
  ClusterNameTaken: 409,
  ClusterIsOwn: 409,
  ClusterInUse: 409,
  ClusterCordoned: 409,
  ClusterUnknown: 422,
  KubeconfigInvalid: 422,
  ClusterUnfit: 422,
});
