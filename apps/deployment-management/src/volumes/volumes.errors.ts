import { defineErrors } from '@berth/service-kit';

export const volumeErrors = defineErrors({
  VolumeNameTaken: 409,
  MountPathTaken: 409,
  VolumeNotWhileMoving: 409,
  VolumeNotDuringCanary: 409,
  VolumeNotSupported: 422,
  StorageClassUnknown: 422,
  VolumeHasOneWriter: 422,
  VolumeOnOneCluster: 422,
  VolumeDoesNotShrink: 422,
  VolumeDoesNotGrow: 422,
  VolumeNotAutoscaled: 422,
  RuntimeUnavailable: 503,
});
