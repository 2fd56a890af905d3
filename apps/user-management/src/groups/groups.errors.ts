import { defineErrors } from '@berth/service-kit';

export const groupErrors = defineErrors({ GroupNameTaken: 409, GroupMemberUnknown: 422 });
