import { defineErrors } from '@berth/service-kit';

export const serviceAccountErrors = defineErrors({ TooManyClientSecrets: 409 });
