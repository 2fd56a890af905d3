import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { processType } from '../../common/process-type.js';
import { digest, id, instant } from '../../common/values.js';
import { artifact } from '../../events/shapes.js';
import { scopeVersions } from './config-scopes.js';

/** Immutable. The hash is over artifact digest, config hash and process types. */
export const release = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    number: z.int().positive(),
    hash: digest,
    artifact,
    commit: z.string().nullable(),
    configVersion: z.int().nonnegative(),
    /** Of the wider scopes whose config it has. */
    scopeVersions,
    /** Over all variables, whatever scope they are of. */
    configHash: digest,
    processes: z.array(processType),
    /** Why it was made: `deploy`, `rollback to v1`, `config`, `sizes`, `promotion`. */
    reason: z.string(),
    /** It was live at some time, so that it can be rolled back to. */
    wasLive: z.boolean(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Release' });
export type Release = z.infer<typeof release>;

export const releaseQuery = pageQuery.extend({ workload: id });
export type ReleaseQuery = z.infer<typeof releaseQuery>;
export const releasePage = pageOf(release).meta({ id: 'ReleasePage' });
