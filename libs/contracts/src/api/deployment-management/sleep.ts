import { z } from 'zod';
import { id, instant } from '../../common/values.js';

const clockTime = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, { error: 'must be a time of day: 08:00' });

export const weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type Weekday = z.infer<typeof weekday>;

/** On these days, from one time of the clock on the wall until another. */
export const wakingHours = z
  .strictObject({
    days: z.array(weekday).min(1).max(7),
    from: clockTime,
    /** `24:00`: until the day ends. */
    until: z.union([clockTime, z.literal('24:00')]),
  })
  .refine(({ from, until }) => from < until, { path: ['until'], error: 'must be later than from' });
export type WakingHours = z.infer<typeof wakingHours>;

/** When nothing of an environment runs. None: always, until somebody wakes it. */
export const setSleep = z
  .strictObject({
    /** IANA name. */
    timeZone: z.string().min(1).max(100),
    awake: z.array(wakingHours).max(20),
  })
  .meta({ id: 'SetSleep' });
export type SetSleep = z.infer<typeof setSleep>;

export const wakeEnvironment = z
  .strictObject({
    /** Awake from now on for so long, whatever its hours say. */
    seconds: z
      .int()
      .min(60)
      .max(7 * 86_400),
  })
  .meta({ id: 'WakeEnvironment' });
export type WakeEnvironment = z.infer<typeof wakeEnvironment>;

export const sleep = z
  .object({
    environmentId: id,
    timeZone: z.string(),
    awake: z.array(wakingHours),
    /** Somebody woke it until then. */
    awakeUntil: instant.nullable(),
    isAsleep: z.boolean(),
  })
  .meta({ id: 'Sleep' });
export type Sleep = z.infer<typeof sleep>;
