import { defineErrors } from '@berth/service-kit';

export const deadLetterErrors = defineErrors({ DeadLetterNotFound: 404 });
