import { defineErrors } from '@berth/service-kit';

export const devicePasskeyErrors = defineErrors({ DevicePasskeysOff: 404 });
