import { defineErrors } from '@berth/service-kit';

export const signInKindErrors = defineErrors({ PluginUnknown: 422, PluginSettingsRefused: 422 });
