import { defineErrors } from '@berth/service-kit';

export const epochErrors = defineErrors({ DatabaseNotRestored: 409, EpochNotBegun: 422 });
