import { defineErrors } from '@berth/service-kit';

export const organizationErrors = defineErrors({ OrganizationNotFound: 404, OrganizationSlugTaken: 409 });
