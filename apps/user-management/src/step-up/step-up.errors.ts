import { defineErrors } from '@berth/service-kit';

export const stepUpErrors = defineErrors({ StepUpRequired: 403, StepUpRefused: 422 });
