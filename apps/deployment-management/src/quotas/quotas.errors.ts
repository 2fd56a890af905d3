import { defineErrors } from '@berth/service-kit';

export const quotaErrors = defineErrors({ QuotaExceeded: 409 });
