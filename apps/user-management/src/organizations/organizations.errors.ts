import { defineErrors } from '@berth/service-kit';

export const organizationErrors = defineErrors({ OrganizationSlugTaken: 409 });
