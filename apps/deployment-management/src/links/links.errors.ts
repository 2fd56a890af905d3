import { defineErrors } from '@berth/service-kit';

export const linkErrors = defineErrors({
  LinkTargetUnknown: 422,
  LinkToItself: 422,
  LinkUnknown: 422,
  LinkAcrossClusters: 422,
  TooManyLinks: 422,
  WorkloadLinked: 409,
});
