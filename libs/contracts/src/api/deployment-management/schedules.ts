import { z } from 'zod';
import { pageOf, pageQuery } from '../../common/page.js';
import { processName, processSize } from '../../common/process-type.js';
import { id, instant } from '../../common/values.js';
import { taskCommand, taskDeadlineSeconds } from './tasks.js';

/** Five fields: minute, hour, day of the month, month, day of the week. */
const cron = z.string().min(1).max(200);
/** IANA name. */
const timeZone = z.string().min(1).max(100);

/** A command to run again and again, on the release that is current each time. 422 for times that never come. */
export const createSchedule = z
  .strictObject({
    ...processSize.shape,
    /** Unique in its workload. */
    name: processName,
    cron,
    timeZone: timeZone.default('UTC'),
    command: taskCommand,
    /** Of each run. */
    deadlineSeconds: taskDeadlineSeconds.default(3_600),
  })
  .meta({ id: 'CreateSchedule' });
export type CreateSchedule = z.infer<typeof createSchedule>;

export const updateSchedule = z
  .strictObject({
    cron: cron.optional(),
    timeZone: timeZone.optional(),
    command: taskCommand.optional(),
    deadlineSeconds: taskDeadlineSeconds.optional(),
    /** Nothing of it runs until it is false again; what was due meanwhile is not made up for. */
    suspended: z.boolean().optional(),
  })
  .meta({ id: 'UpdateSchedule' });
export type UpdateSchedule = z.infer<typeof updateSchedule>;

export const schedule = z
  .object({
    id,
    workloadId: id,
    organizationId: id,
    name: processName,
    cron: z.string(),
    timeZone: z.string(),
    command: z.string(),
    cpuMillicores: z.int().positive(),
    memoryMib: z.int().positive(),
    deadlineSeconds: z.int().positive(),
    suspended: z.boolean(),
    /** Null while it is suspended. */
    nextAt: instant.nullable(),
    generation: z.int(),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof schedule>;

export const scheduleQuery = pageQuery.extend({ workload: id });
export type ScheduleQuery = z.infer<typeof scheduleQuery>;
export const schedulePage = pageOf(schedule).meta({ id: 'SchedulePage' });

/** What became of a time at which a schedule was due. */
export const scheduleRun = z
  .object({
    id,
    dueAt: instant,
    /** `skipped`: it could not run then; `missed`: nobody was there to start it. */
    outcome: z.enum(['started', 'skipped', 'missed']),
    /** How many times it was missed in a row, `dueAt` being the first. 1 unless `missed`. */
    count: z.int().positive(),
    /** Why it did not run; null when it did. */
    reason: z.string().nullable(),
    taskId: id.nullable(),
    /** Of the task, as it is now. */
    status: z.string().nullable(),
  })
  .meta({ id: 'ScheduleRun' });
export type ScheduleRun = z.infer<typeof scheduleRun>;

export const scheduleRunPage = pageOf(scheduleRun).meta({ id: 'ScheduleRunPage' });
export const scheduleRunQuery = pageQuery;
export type ScheduleRunQuery = z.infer<typeof scheduleRunQuery>;
