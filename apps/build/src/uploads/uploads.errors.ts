import { defineErrors } from '@berth/service-kit';

export const uploadErrors = defineErrors({
  UploadTooLarge: 413,
  UploadRefused: 422,
  UploadNotGzip: 415,
  UploadIncomplete: 400,
});
