import { z } from 'zod';
import { digest, id, instant } from '../../common/values.js';

/** Whose source the body of the request is; with a project, a role in the project is enough. */
export const uploadQuery = z.strictObject({ organization: id, project: id.optional() });
export type UploadQuery = z.infer<typeof uploadQuery>;

/** A source sent as a gzipped tar (`Content-Type: application/gzip`). */
export const upload = z
  .object({
    id,
    organizationId: id,
    /** Hash over names and contents: the same for the same files. */
    tree: digest,
    sizeBytes: z.int().nonnegative(),
    createdAt: instant,
  })
  .meta({ id: 'Upload' });
export type Upload = z.infer<typeof upload>;
