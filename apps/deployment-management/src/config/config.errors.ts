import { defineErrors } from '@berth/service-kit';

export const configErrors = defineErrors({ FileInTheWay: 422 });
