import { defineErrors } from '@berth/service-kit';

export const identityProviderErrors = defineErrors({ IdentityProviderNotFound: 404 });
