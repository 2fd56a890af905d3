import { z } from 'zod';
import { failure } from '../../common/causes.js';
import { pageOf, pageQuery } from '../../common/page.js';
import { id, instant, MOST } from '../../common/values.js';
import { artifact, buildSource, builtProcess } from '../../events/shapes.js';

export const buildStatus = z.enum([
  'queued',
  'cloning',
  'detecting',
  'building',
  'publishing',
  'succeeded',
  'failed',
  'cancelled',
]);
export type BuildStatus = z.infer<typeof buildStatus>;

/** One source on its way to an artifact. */
export const build = z
  .object({
    id,
    organizationId: id,
    projectId: id,
    environmentId: id,
    appId: id,
    workloadId: id,
    deploymentId: id,
    status: buildStatus,
    /** Credentials in a URL are left out. */
    source: buildSource,
    /** Full commit id; null until it is known, and for uploads. */
    commit: z.string().nullable(),
    /** First line of the commit message. */
    commitSubject: z.string().nullable(),
    /** `node`, `python`, `go`, `static`, `procfile`; null until it was detected. */
    language: z.string().nullable(),
    processes: z.array(builtProcess),
    artifact: artifact.nullable(),
    /** Whether the artifact of an earlier build with the same inputs was taken. */
    reused: z.boolean(),
    failure: failure.nullable(),
    createdAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Build' });
export type Build = z.infer<typeof build>;

export const buildQuery = pageQuery.extend({ workload: id });
export type BuildQuery = z.infer<typeof buildQuery>;

export const buildPage = pageOf(build).meta({ id: 'BuildPage' });
export type BuildPage = z.infer<typeof buildPage>;

export const buildLogLine = z
  .object({
    /** Contiguous per build, from 1. */
    sequence: z.int().positive(),
    at: instant,
    text: z.string(),
  })
  .meta({ id: 'BuildLogLine' });
export type BuildLogLine = z.infer<typeof buildLogLine>;

/** Lines after a sequence. As a stream (`Accept: text/event-stream`) it goes on until the build has ended. */
export const buildLogQuery = z.object({
  after: z.coerce.number().int().min(0).max(MOST).default(0),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
});
export type BuildLogQuery = z.infer<typeof buildLogQuery>;

export const buildLogPage = z
  .object({
    items: z.array(buildLogLine),
    /** Send it as `after` for more; null: the build has ended and this was all. */
    next: z.int().nullable(),
  })
  .meta({ id: 'BuildLogPage' });
export type BuildLogPage = z.infer<typeof buildLogPage>;

/** Data of the stream's last event, named `end`. */
export const buildLogEnd = z.object({ status: buildStatus }).meta({ id: 'BuildLogEnd' });
export type BuildLogEnd = z.infer<typeof buildLogEnd>;
