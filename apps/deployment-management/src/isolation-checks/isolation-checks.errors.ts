import { defineErrors } from '@berth/service-kit';

export const isolationCheckErrors = defineErrors({ IsolationCheckRunning: 409 });
