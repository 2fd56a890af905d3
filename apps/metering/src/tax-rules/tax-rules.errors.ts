import { defineErrors } from '@berth/service-kit';

export const taxRuleErrors = defineErrors({ TaxRuleTooEarly: 422, TaxRuleTaken: 409 });
