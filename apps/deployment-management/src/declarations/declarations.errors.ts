import { defineErrors } from '@berth/service-kit';

/** Told in the status of the object that asks for it. */
export const declarationErrors = defineErrors({
  AppUnknown: 422,
  EnvironmentUnknown: 422,
  EnvironmentFixed: 422,
  ScaleInvalid: 422,
  NotDeployed: 422,
  ScheduleSizeFixed: 422,
  VolumeFixed: 422,
  PreconditionFailed: 412,
});
