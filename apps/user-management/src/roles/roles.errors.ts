import { defineErrors } from '@berth/service-kit';

export const roleErrors = defineErrors({
  RoleNameTaken: 409,
  RoleInUse: 409,
  PermissionUnknown: 422,
  RoleUnknown: 422,
});
