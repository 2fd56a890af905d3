import { defineErrors } from '@berth/service-kit';

export const pullCredentialErrors = defineErrors({ PullCredentialTaken: 409, TooManyPullCredentials: 409 });
