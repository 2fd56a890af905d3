import { defineErrors } from '@berth/service-kit';

export const userErrors = defineErrors({ UserNotFound: 404, UserSuspended: 403 });
