import { defineErrors } from '@berth/service-kit';

export const secretErrors = defineErrors({ SecretVersionNotFound: 422, SecretInUse: 409 });
