import { defineErrors } from '@berth/service-kit';

export const appErrors = defineErrors({ AppNotFound: 404, AppSlugTaken: 409, AppNotEmpty: 409, AppChanged: 412 });
