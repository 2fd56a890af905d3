import { z } from 'zod';
import { failure } from '../../common/causes.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { processName, processSize } from '../../common/process-type.js';
import { id, instant, storable } from '../../common/values.js';

/** What a shell runs. */
export const taskCommand = z
  .string()
  .min(1)
  .max(4_000)
  .refine(storable, { error: 'must not hold a NUL character or half a surrogate pair' });

export const taskDeadlineSeconds = z.int().min(1).max(86_400);

/** A command to run once, on the release that is current when it is asked for. */
export const createTask = z
  .strictObject({
    ...processSize.shape,
    command: taskCommand,
    /** From now on; past it the task is ended. */
    deadlineSeconds: taskDeadlineSeconds.default(3_600),
  })
  .meta({ id: 'CreateTask' });
export type CreateTask = z.infer<typeof createTask>;

export const taskStatus = z.enum(['queued', 'running', 'succeeded', 'failed', 'timeout', 'cancelled', 'lost']);
export type TaskStatus = z.infer<typeof taskStatus>;

export const task = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    /** Of a release command: the deployment that waits for it. */
    deploymentId: id.nullable(),
    release: z.int().positive(),
    process: processName,
    command: z.string(),
    cpuMillicores: z.int().positive(),
    memoryMib: z.int().positive(),
    deadlineSeconds: z.int().positive(),
    /** `lost`: the runtime lost it while it ran; it is never run again. */
    status: taskStatus,
    exitCode: z.int().nullable(),
    failure: failure.nullable(),
    /** What its log lines carry; null before it began. */
    instance: z.string().nullable(),
    createdBy: z.string(),
    createdAt: instant,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof task>;

export const taskQuery = pageQuery.extend({ workload: id });
export type TaskQuery = z.infer<typeof taskQuery>;
export const taskPage = pageOf(task).meta({ id: 'TaskPage' });
