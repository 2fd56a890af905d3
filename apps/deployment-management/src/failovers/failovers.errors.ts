import { defineErrors } from '@berth/service-kit';

export const failoverErrors = defineErrors({ FailoverTooSoon: 422 });
