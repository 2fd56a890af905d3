import { defineErrors } from '@berth/service-kit';

export const labelErrors = defineErrors({ TooManyLabels: 422 });
