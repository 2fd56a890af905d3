import { z } from 'zod';
import { environmentKind, type EnvironmentKind } from '../../common/environment-kind.js';
import { firstLabels } from '../../common/labels.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { region } from './clusters.js';

export { environmentKind, type EnvironmentKind };

export const createEnvironment = z
  .strictObject({
    projectId: id,
    slug,
    kind: z.enum(['development', 'staging', 'production']),
    /** Name of the cluster that its workloads are placed on. Absent: the installation's own, or one of the regions. */
    cluster: slug.optional(),
    /** Regions that its workloads and their data may be in; none: any. */
    regions: z.array(region).max(20).default([]),
    labels: firstLabels.optional(),
  })
  .meta({ id: 'CreateEnvironment' });
export type CreateEnvironment = z.infer<typeof createEnvironment>;

export const environment = z
  .object({
    id,
    projectId: id,
    organizationId: id,
    slug,
    kind: environmentKind,
    /** Where its workloads are placed. */
    cluster: slug,
    /** Where they may be placed; empty: anywhere. */
    regions: z.array(z.string()),
    namespace: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Environment' });
export type Environment = z.infer<typeof environment>;

export const environmentQuery = pageQuery.extend({ project: id, slug: slug.optional() });
export type EnvironmentQuery = z.infer<typeof environmentQuery>;
export const environmentPage = pageOf(environment).meta({ id: 'EnvironmentPage' });

/** How the workloads of an environment or an organization are; each is counted once. */
export const workloadSummary = z
  .object({
    total: z.int().nonnegative(),
    /** All instances of the current release are ready and routed. */
    working: z.int().nonnegative(),
    /** Something serves, but not all that should. */
    degraded: z.int().nonnegative(),
    /** Nothing serves, and the reason is known. */
    failed: z.int().nonnegative(),
    /** Nothing serves yet: it is coming up. */
    starting: z.int().nonnegative(),
    stopped: z.int().nonnegative(),
    /** Nothing was ever live. */
    neverLive: z.int().nonnegative(),
    /** Its cluster cannot be asked: nobody knows. */
    unknown: z.int().nonnegative(),
  })
  .meta({ id: 'WorkloadSummary' });
export type WorkloadSummary = z.infer<typeof workloadSummary>;

export const summaryQuery = z.strictObject({ organization: id });
export type SummaryQuery = z.infer<typeof summaryQuery>;
