import { defineErrors } from '@berth/service-kit';

export const deviceFlowErrors = defineErrors({ DeviceCodeUnknown: 422, PasswordProofGone: 422 });
