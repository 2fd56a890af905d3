import { defineErrors } from '@berth/service-kit';

export const buildErrors = defineErrors({ BuildNotFound: 404 });
