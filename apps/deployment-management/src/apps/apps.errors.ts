import { defineErrors } from '@berth/service-kit';

export const appErrors = defineErrors({ AppSlugTaken: 409, AppNotEmpty: 409, AppChanged: 412 });
