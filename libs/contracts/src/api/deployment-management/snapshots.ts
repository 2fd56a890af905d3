import { z } from 'zod';
import { pageOf } from '../../common/page.js';
import { id, instant, slug } from '../../common/values.js';
import { instanceCounts } from './workloads.js';

export const createSnapshot = z
  .strictObject({
    /** What it was made for. */
    note: z.string().max(200).nullable().default(null),
  })
  .meta({ id: 'CreateSnapshot' });
export type CreateSnapshot = z.infer<typeof createSnapshot>;

const snapshotWorkload = z.object({
  workloadId: id,
  appId: id,
  app: slug,
  /** What was live; null: nothing was. */
  release: z.int().positive().nullable(),
  /** Of that release: over its artifact, its config with the versions of its secrets, and its process types. */
  hash: z.string().nullable(),
  configVersion: z.int().nonnegative().nullable(),
  /** As they were; a rollback leaves them as they are. */
  counts: instanceCounts,
  /** Where it answered. */
  host: z.string(),
});
export type SnapshotWorkload = z.infer<typeof snapshotWorkload>;

/** What was live in an environment at one moment. */
export const snapshot = z
  .object({
    id,
    environmentId: id,
    note: z.string().nullable(),
    workloads: z.array(snapshotWorkload),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Snapshot' });
export type Snapshot = z.infer<typeof snapshot>;
export const snapshotPage = pageOf(snapshot).meta({ id: 'SnapshotPage' });

export const rollBackEnvironment = z
  .strictObject({
    snapshotId: id,
    /** Also when not every app can go back: those that cannot stay as they are. Default: then nothing happens. */
    partial: z.boolean().default(false),
  })
  .meta({ id: 'RollBackEnvironment' });
export type RollBackEnvironment = z.infer<typeof rollBackEnvironment>;

const rollbackItem = z.object({
  workloadId: id,
  app: slug,
  /** To which it goes back; null: to none. */
  release: z.int().positive().nullable(),
  deploymentId: id.nullable(),
  /**
   * `unchanged`: it runs what it ran then. `untouched`: it was not there, or nothing of it was live. `impossible`: it could
   * not go back. `stopped`: its deployment was cancelled or superseded.
   */
  outcome: z.enum(['running', 'live', 'failed', 'stopped', 'unchanged', 'untouched', 'impossible']),
  /** Why it is not as it was; null while there is nothing to say. */
  message: z.string().nullable(),
});
export type RollbackItem = z.infer<typeof rollbackItem>;

/** Takes each app of an environment back to what was live when a snapshot was made, by one deployment for each. */
export const environmentRollback = z
  .object({
    id,
    environmentId: id,
    snapshotId: id,
    /** `partial`: some of the apps did not go back; `failed`: none did. */
    status: z.enum(['running', 'succeeded', 'partial', 'failed']),
    items: z.array(rollbackItem),
    createdBy: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'EnvironmentRollback' });
export type EnvironmentRollback = z.infer<typeof environmentRollback>;
export const environmentRollbackPage = pageOf(environmentRollback).meta({ id: 'EnvironmentRollbackPage' });
