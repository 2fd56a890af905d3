import { defineErrors } from '@berth/service-kit';

export const snapshotErrors = defineErrors({ SnapshotUnknown: 422, SnapshotNotRestorable: 422 });
