import { defineErrors } from '@berth/service-kit';

export const sleepErrors = defineErrors({ TimeZoneUnknown: 422 });
