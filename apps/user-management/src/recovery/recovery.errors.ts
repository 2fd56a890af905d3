import { defineErrors } from '@berth/service-kit';

export const recoveryErrors = defineErrors({ RecoveryInvalid: 422 });
