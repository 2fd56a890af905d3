import { z } from 'zod';
import { podPatch } from './pod-patch.js';

/** `web`, `worker`, ... as in a Procfile. */
export const processName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,29}$/, {
    error: 'must be 1 to 30 characters: lower-case letters, digits and hyphens, starting with a letter',
  })
  // Names are the keys of counts and sizes, and every object has these already: `constructor`.
  .refine((name) => !(name in Object.prototype), { error: 'is taken' });

export const healthCheck = z.strictObject({
  /** HTTP path that must answer 200 to 399; null: the port accepting connections is enough. */
  path: z
    .string()
    .regex(/^\/[^\s\p{Cc}\p{Cs}]{0,200}$/u)
    .nullable()
    .default(null),
  intervalSeconds: z.int().min(1).max(300).default(5),
  timeoutSeconds: z.int().min(1).max(60).default(3),
  failureThreshold: z.int().min(1).max(20).default(3),
});
export type HealthCheck = z.infer<typeof healthCheck>;

/** Bounds within which the runtime itself chooses how many instances run. */
export const autoscaling = z
  .strictObject({
    min: z.int().min(1).max(100),
    max: z.int().min(1).max(100),
    /** Average use of CPU of the instances, in percent of what each may use, that it steers towards. */
    cpuPercent: z.int().min(10).max(95).default(70),
  })
  .refine(({ min, max }) => min <= max, { path: ['max'], error: 'must not be less than min' });
export type Autoscaling = z.infer<typeof autoscaling>;

/** CPU in millicores and memory in MiB of one instance. */
export const processSize = z.strictObject({
  cpuMillicores: z.int().min(10).max(64_000).default(250),
  memoryMib: z.int().min(16).max(262_144).default(256),
});
export type ProcessSize = z.infer<typeof processSize>;

/** One kind of process of a release. Only `web` is routed and gets `PORT`. */
export const processType = processSize.extend({
  name: processName,
  /** Empty: what the image itself starts. */
  command: z.string().max(4_000),
  health: healthCheck.default({ path: null, intervalSeconds: 5, timeoutSeconds: 3, failureThreshold: 3 }),
  /** Absent: its pods are as the platform makes them. */
  patch: podPatch.optional(),
});
export type ProcessType = z.infer<typeof processType>;
