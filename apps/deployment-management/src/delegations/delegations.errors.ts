import { defineErrors } from '@berth/service-kit';

export const delegationErrors = defineErrors({
  DelegationExists: 409,
  ServiceAccountNeeded: 422,
  ClusterWithoutObjects: 422,
});
