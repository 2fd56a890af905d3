import { defineErrors } from '@berth/service-kit';

export const throttleErrors = defineErrors({ TooManyAttempts: 429 });
