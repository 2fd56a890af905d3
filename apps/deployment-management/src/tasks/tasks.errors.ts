import { defineErrors } from '@berth/service-kit';

export const taskErrors = defineErrors({ TaskEnded: 409, TaskOfDeployment: 409, WorkloadBarred: 409 });
