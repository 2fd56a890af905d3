import { defineErrors } from '@berth/service-kit';

export const projectErrors = defineErrors({ ProjectSlugTaken: 409, ProjectNotEmpty: 409 });
