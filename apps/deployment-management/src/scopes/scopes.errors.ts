import { defineErrors } from '@berth/service-kit';

export const scopeErrors = defineErrors({ ConfigTooLarge: 422, TooManyVariables: 422, TooManyWorkloads: 422 });
