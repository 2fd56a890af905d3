import { defineErrors } from '@berth/service-kit';

export const delegationErrors = defineErrors({
  DelegationExists: 409,
  ServiceAccountNeeded: 422,
  TokenWithoutEnd: 422,
  ClusterWithoutObjects: 422,
});
