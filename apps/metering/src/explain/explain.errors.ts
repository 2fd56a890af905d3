import { defineErrors } from '@berth/service-kit';

export const explainErrors = defineErrors({ LineNotExplained: 422, MonthUnknown: 422, CurrenciesDiffer: 409 });
