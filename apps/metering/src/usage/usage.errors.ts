import { defineErrors } from '@berth/service-kit';

export const usageErrors = defineErrors({ IntervalTooLong: 422, MomentToCome: 422 });
