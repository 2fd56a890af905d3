import { z } from 'zod';
import { processName, processSize } from '../common/process-type.js';
import { cause } from '../common/causes.js';
import { id, instant } from '../common/values.js';
import { desiredWorkload } from './desired.js';
import { instanceExit } from './observed.js';

/** The process type whose command runs once before a release gets traffic. It never has instances. */
export const RELEASE_PROCESS = 'release';

/** What runs that somebody asked to be run once is named after. */
export const TASK_PROCESS = 'task';

/** One run of a command on a release, beside its instances: finite, started at most once. */
export const desiredTask = desiredWorkload
  .pick({
    ...{ workloadId: true, organizationId: true, projectId: true, environmentId: true, appId: true },
    ...{ namespace: true, name: true, release: true, environment: true, files: true, links: true, registries: true },
    ...{ stopDeadlineSeconds: true, environmentKind: true },
  })
  .extend({
    taskId: id,
    /** What its log lines and its instance are named after. */
    process: processSize.extend({ name: processName, command: z.string().min(1).max(4_000) }),
    /** The platform ends it after so many seconds; a runtime may do so a little later by itself. */
    deadlineSeconds: z.int().positive(),
  });
export type DesiredTask = z.infer<typeof desiredTask>;

export const observedTask = z.object({
  taskId: id,
  /** `lost`: the runtime was told of it and knows no more than that. */
  state: z.enum(['starting', 'running', 'ended', 'lost']),
  /** Id of what runs it: its log lines carry it. Null before there is any. */
  instance: z.string().nullable(),
  startedAt: instant.nullable(),
  /** How it ended; null unless `ended`. */
  exit: instanceExit.nullable(),
  /** Why it does not start or did not succeed, as far as the runtime can tell. */
  trouble: z.object({ cause, message: z.string(), evidence: z.array(z.string()) }).nullable(),
});
export type ObservedTask = z.infer<typeof observedTask>;
