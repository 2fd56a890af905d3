import { defineErrors } from '@berth/service-kit';

export const verticalErrors = defineErrors({ VerticalAndHorizontal: 422 });
