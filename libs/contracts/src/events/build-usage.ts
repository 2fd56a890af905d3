import { z } from 'zod';
import { id, instant } from '../common/values.js';

/** Ten thousand cores for a day: no build on one machine takes as much. */
const MOST = 10_000 * 86_400_000;

/**
 * Processor time that the commands of a build took, all of their processes together, and between which moments. What
 * the platform does itself (clone, detect, publish) is not in it.
 */
export const buildUsage = z.object({
  organizationId: id,
  projectId: id,
  environmentId: id,
  appId: id,
  startedAt: instant,
  finishedAt: instant,
  cpuMilliseconds: z.int().positive().max(MOST),
});
export type BuildUsage = z.infer<typeof buildUsage>;

/** Absent: it took no processor time, or none that is charged. */
export const buildUsageSaid = { usage: buildUsage.optional() };
