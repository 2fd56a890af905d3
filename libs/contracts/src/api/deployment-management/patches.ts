import { z } from 'zod';

/** `dryRun`: answers what would change; nothing is stored. The API server of the cluster is asked all the same. */
export const patchQuery = z.object({ dryRun: z.stringbool().default(false) });
export type PatchQuery = z.infer<typeof patchQuery>;
