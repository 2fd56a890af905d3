import { defineErrors } from '@berth/service-kit';

export const projectErrors = defineErrors({ ProjectNotFound: 404, ProjectSlugTaken: 409, ProjectNotEmpty: 409 });
